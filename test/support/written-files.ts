import { type FSWatcher, existsSync, watch } from 'node:fs';
import { readFile, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';

/** Notes which files of a process come and go, also those that are gone before anybody looks. */
export class WrittenFiles {
  readonly #seen = new Set<string>();
  readonly #watchers: FSWatcher[];
  readonly #looking: NodeJS.Timeout;

  constructor(
    private readonly pid: number,
    directories: readonly string[],
  ) {
    this.#watchers = directories.map((directory) =>
      watch(directory, (_, name) => this.#seen.add(path.join(directory, name ?? '?'))),
    );
    this.#looking = setInterval(() => void this.#lookAtOpenFiles(), 20);
  }

  /** @returns paths of files that were made, changed, removed, or held open for writing, wherever they are */
  async stop(): Promise<string[]> {
    clearInterval(this.#looking);
    await this.#lookAtOpenFiles();
    for (const watcher of this.#watchers) watcher.close();
    return [...this.#seen].sort();
  }

  /** Only Linux says which files a process has open. */
  async #lookAtOpenFiles(): Promise<void> {
    const descriptors = `/proc/${this.pid}/fd`;
    if (!existsSync(descriptors)) return;
    for (const descriptor of await readdir(descriptors).catch(() => [])) {
      const file = await readlink(`${descriptors}/${descriptor}`).catch(() => '');
      const isFile = file.startsWith('/') && !file.startsWith('/dev/');
      if (isFile && (await this.#isForWriting(descriptor))) this.#seen.add(file);
    }
  }

  async #isForWriting(descriptor: string): Promise<boolean> {
    const info = await readFile(`/proc/${this.pid}/fdinfo/${descriptor}`, 'utf8').catch(() => '');
    const flags = Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? '0', 8);
    // O_WRONLY, O_RDWR
    return (flags & 3) !== 0;
  }
}
