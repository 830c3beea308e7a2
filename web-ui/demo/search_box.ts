// The search box: each keystroke goes to a reader worker, and the latest answer is shown.
import type { Answer, Crew, Member } from './crew.js';
import { byId, count, make } from './dom.js';
import type { City } from './messages.js';

const countries = new Intl.DisplayNames(['en'], { type: 'region' });

function countryName(code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    return code;
  }
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** The name with the first typed word marked where it begins a word. */
function markedName(name: string, text: string): (Node | string)[] {
  const word = plain(text).match(/[\p{L}\p{N}]+/u)?.[0];
  const at = word === undefined ? -1 : plain(name).search(new RegExp(`(?<![\\p{L}\\p{N}])${word}`, 'u'));
  // Taking accents off may change the length of a name; then nothing is marked rather than the wrong part.
  if (word === undefined || at < 0 || plain(name).length !== name.length) return [name];
  const end = at + word.length;
  return [name.slice(0, at), make('mark', { textContent: name.slice(at, end) }), name.slice(end)];
}

export class SearchBox {
  readonly #crew: Crew;
  readonly #query = byId<HTMLInputElement>('query');
  readonly #answer = byId('answer');
  readonly #results = byId('results');
  #lastAsked = 0;
  #lastShown = 0;

  constructor(crew: Crew) {
    this.#crew = crew;
    this.#query.addEventListener('input', () => this.ask());
    crew.addEventListener('answer', (event) => {
      const { member, answer } = (event as CustomEvent<{ member: Member; answer: Answer }>).detail;
      this.#show(member, answer);
    });
  }

  /** Asks again what the box says: the rows change all the time. */
  ask(): void {
    const asked = this.#crew.search(++this.#lastAsked, this.#query.value);
    if (!asked) this.#answer.textContent = 'No reader is there to answer: add one.';
  }

  #show(member: Member, { id, cities, total, ms }: Answer): void {
    if (id < this.#lastShown) return;
    this.#lastShown = id;
    if (this.#query.value.trim() === '') this.#answer.textContent = 'Type the beginning of a name.';
    else this.#answer.textContent = `${count(total)} found by ${member.name} in ${ms.toFixed(1)} ms`;
    this.#results.replaceChildren(...cities.map((city) => this.#item(city)));
  }

  #item({ name, country, lat, lng }: City): HTMLElement {
    const place = `${Math.abs(lat).toFixed(2)}°${lat < 0 ? 'S' : 'N'} ${Math.abs(lng).toFixed(2)}°${lng < 0 ? 'W' : 'E'}`;
    return make('li', {}, [
      make('span', { className: 'name', title: `${name}, ${place}` }, markedName(name, this.#query.value)),
      make('span', { className: 'where', textContent: countryName(country) }),
    ]);
  }
}
