// A logger of one's own: it shows the records in the page, the newest first.
const MOST_ROWS = 200;

/** Makes a logger that fills `body`, of a table, and counts in `sums`, an output. */
export function tableLogger(body, sums) {
  let shown = 0;
  let lost = 0;
  let rows = [];
  return {
    level: 'info',
    log({ level, event, timeMs, message, details }) {
      if (event === 'events.lost') lost += details.lost;
      else shown += 1;
      const row = document.createElement('tr');
      row.className = level;
      const time = new Date(timeMs).toISOString().slice(11, 23);
      // What names and paths say is fit for people in the message alone.
      for (const text of [time, level, event, message.replace(/^event=\S+ sequence=\d+ /, '')]) {
        row.append(Object.assign(document.createElement('td'), { textContent: text }));
      }
      rows.unshift(row);
    },
    // Once for all that came, so that a busy runtime does not keep the page busy, too.
    flush() {
      body.prepend(...rows);
      rows = [];
      while (body.rows.length > MOST_ROWS) body.rows[MOST_ROWS].remove();
      sums.value = `${shown} events, ${lost} lost`;
    },
  };
}
