// The list of workers with a button each, and the steppers that say how many there are.
import type { Crew, Member } from './crew.js';
import { byId, make } from './dom.js';
import type { Role } from './messages.js';

const MOST = 8;

interface Entry {
  readonly item: HTMLElement;
  readonly doing: HTMLElement;
}

export class CrewList {
  readonly #crew: Crew;
  readonly #kill: (name: string) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #list = byId('crew');

  constructor(crew: Crew, kill: (name: string) => void) {
    this.#crew = crew;
    this.#kill = kill;
    for (const button of document.querySelectorAll<HTMLButtonElement>('.stepper button')) {
      button.addEventListener('click', () => {
        const role = button.dataset.role as Role;
        if (button.dataset.step === '1') crew.add(role);
        else crew.dismiss(role);
      });
    }
    crew.addEventListener('change', () => this.#rebuild());
    this.#rebuild();
  }

  /** Says what each is doing, and marks the one that holds the write lock. */
  refresh(holder: string | undefined): void {
    for (const [name, { item, doing }] of this.#entries) {
      const member = this.#crew.members.get(name);
      item.classList.toggle('holds', name === holder);
      if (member !== undefined) doing.textContent = member.doing;
    }
  }

  #rebuild(): void {
    for (const [name, { item }] of this.#entries) {
      if (this.#crew.members.has(name)) continue;
      // The keyboard's place must not be lost with the button that it was on.
      const next = item.nextElementSibling ?? item.previousElementSibling;
      if (item.contains(document.activeElement)) next?.querySelector('button')?.focus();
      item.remove();
      this.#entries.delete(name);
    }
    for (const member of this.#crew.members.values()) {
      if (!this.#entries.has(member.name)) this.#append(member);
    }
    for (const role of ['writer', 'reader'] as const) {
      const count = this.#crew.count(role);
      byId(`${role}-count`).textContent = String(count);
      for (const button of document.querySelectorAll<HTMLButtonElement>(`.stepper [data-role=${role}]`)) {
        button.disabled = button.dataset.step === '1' ? count >= MOST : count === 0;
      }
    }
  }

  #append({ name, role, doing }: Member): void {
    const doingText = make('span', { className: 'doing', textContent: doing });
    const nameText = make('span', { className: 'name', textContent: name });
    const what = make('span', { className: 'what' }, [nameText, doingText]);
    const button = make('button', { type: 'button', className: 'danger', textContent: 'Kill' });
    button.setAttribute('aria-label', `Kill ${name}`);
    button.addEventListener('click', () => this.#kill(name));
    const item = make('li', { className: role }, [make('span', { className: 'dot' }), what, button]);
    // Writers stand before readers, each in the order of their coming.
    const before = role === 'writer' ? this.#list.querySelector('li.reader') : null;
    this.#list.insertBefore(item, before);
    this.#entries.set(name, { item, doing: doingText });
  }
}
