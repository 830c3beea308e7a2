/** Captures that come in, by drag and drop or by choice, and files that go out. */
import { captureBeginning } from '../generated/inspector.js';

/** What is dropped on `root` or chosen goes to `open`. */
export class Files {
  readonly #root: HTMLElement;
  readonly #open: (bytes: Uint8Array, name: string) => void;
  readonly #ending = new AbortController();

  constructor(root: HTMLElement, open: (bytes: Uint8Array, name: string) => void) {
    this.#root = root;
    this.#open = open;
    const hint = root.ownerDocument.createElement('div');
    hint.className = 'drop';
    hint.textContent = 'Drop a capture to open it';
    root.append(hint);
    const { signal } = this.#ending;
    root.addEventListener('dragover', this.#over, { signal });
    root.addEventListener('dragleave', () => root.classList.remove('dropping'), { signal });
    root.addEventListener('drop', this.#drop, { signal });
  }

  readonly #over = (event: DragEvent): void => {
    event.preventDefault();
    this.#root.classList.add('dropping');
  };

  readonly #drop = (event: DragEvent): void => {
    event.preventDefault();
    this.#root.classList.remove('dropping');
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void this.take(file);
  };

  async take(file: File): Promise<void> {
    // What does not begin as a capture is not read whole, however large it is: its beginning is refused just as well.
    const beginning = new Uint8Array(await file.slice(0, captureBeginning.length).arrayBuffer());
    const isCapture = new TextDecoder().decode(beginning) === captureBeginning;
    this.#open(isCapture ? new Uint8Array(await file.arrayBuffer()) : beginning, file.name);
  }

  /** Lets the user choose a file. */
  choose(): void {
    const input = this.#root.ownerDocument.createElement('input');
    input.type = 'file';
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file !== undefined) void this.take(file);
    });
    input.click();
  }

  /** Offers bytes as a download. */
  save(name: string, bytes: Uint8Array): void {
    const link = this.#root.ownerDocument.createElement('a');
    link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: 'application/octet-stream' }));
    link.download = name;
    link.click();
    // The download has taken the blob when the page comes to its next task.
    setTimeout(() => URL.revokeObjectURL(link.href), 0);
  }

  close(): void {
    this.#ending.abort();
  }
}
