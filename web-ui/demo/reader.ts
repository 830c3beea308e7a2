// A reader worker: answers the search box, and between its answers searches and checks on its own.
import type { City } from './messages.js';
import { matchOf } from './schema.js';
import { startWorker } from './work_loop.js';

const SHOWN = 11;
const CHECK_EVERY_MS = 250;

startWorker((db, _source, totals) => {
  const find = db.prepare(`
    SELECT city.id, city.name, country, lat, lng FROM city_search JOIN city ON city.id = city_search.rowid
    WHERE city_search MATCH ? ORDER BY rank LIMIT ${SHOWN}`);
  const count = db.prepare('SELECT count(*) FROM city_search WHERE city_search MATCH ?').pluck();
  const anyName = db.prepare('SELECT name FROM city WHERE id >= ? * (SELECT max(id) FROM city) LIMIT 1').pluck();
  // One statement is one snapshot: whatever the writers are in the middle of, both sides must say the same.
  const whole = db.prepare(`
    SELECT (SELECT count(*) FROM city) = (SELECT coalesce(sum(rows), 0) FROM batch WHERE pass > 0)`).pluck();
  let checked = 0;

  function search(match: string): City[] {
    totals.queries++;
    return find.all(match) as unknown as City[];
  }

  function check(): string {
    checked = performance.now();
    totals.checks++;
    if (whole.get() !== 1) totals.torn++;
    return 'checking its snapshot';
  }

  return {
    step() {
      if (performance.now() - checked > CHECK_EVERY_MS) return check();
      const name = anyName.get(Math.random());
      totals.queries++;
      if (typeof name !== 'string') return 'waiting for the first rows';
      const match = matchOf(name);
      if (match !== '') search(match);
      return `searching ${name}`;
    },
    search(text) {
      const match = matchOf(text);
      if (match === '') return { cities: [], total: 0 };
      return { cities: search(match), total: Number(count.get(match)) };
    },
  };
});
