import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createPronouncer, type KanaPronouncer } from './create-pronouncer.js';
import type { SpokenLanguage, SpokenWord } from './spoken-word.js';

/** What is asked of the thread. @internal */
export interface PronouncerCall {
  readonly id: number;
  readonly what: 'pronounce' | 'kanaOf' | 'prepareFor';
  readonly text: string;
  readonly language?: SpokenLanguage | undefined;
}

/** What it says. @internal */
export type PronouncerAnswer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly error: Error }
);

interface Waiting {
  readonly call: PronouncerCall;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const THREAD_FILE = new URL('./pronouncer-thread.js', import.meta.url);
let ofProcess: KanaPronouncer | undefined;

/**
 * As `createPronouncer`, in a thread of its own: its dictionaries take 0.3 to 0.8 s to load, and nothing that sounds may stand still
 * for that. One thread in a process, begun by the first call; it keeps no process alive.
 *
 * Where the thread cannot run, or ends, all is done without it.
 */
export function createThreadedPronouncer(): KanaPronouncer {
  ofProcess ??= new ThreadedPronouncer(THREAD_FILE);
  return ofProcess;
}

/** @internal For tests: with a thread of its own. */
export class ThreadedPronouncer implements KanaPronouncer {
  readonly #file: URL;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | undefined;
  /** Without a thread. */
  #here: KanaPronouncer | undefined;
  #calls = 0;

  constructor(file: URL) {
    this.#file = file;
    if (!existsSync(file)) this.#here = createPronouncer();
  }

  async pronounce(text: string, language?: SpokenLanguage): Promise<readonly SpokenWord[]> {
    return (await this.#ask('pronounce', text, language)) as readonly SpokenWord[];
  }

  async kanaOf(text: string): Promise<string> {
    return (await this.#ask('kanaOf', text)) as string;
  }

  async prepareFor(text: string, language?: SpokenLanguage): Promise<void> {
    await this.#ask('prepareFor', text, language);
  }

  #ask(what: PronouncerCall['what'], text: string, language?: SpokenLanguage): Promise<unknown> {
    const call: PronouncerCall = { id: this.#calls++, what, text, language };
    if (this.#here !== undefined) return done(this.#here, call);
    return new Promise((resolve, reject) => {
      this.#waiting.set(call.id, { call, resolve, reject });
      try {
        this.#thread ??= this.#start();
        this.#thread.ref();
        this.#thread.postMessage(call);
      } catch {
        this.#goOnHere();
      }
    });
  }

  #start(): Worker {
    // Nothing of the program's own arguments: some are forbidden to threads.
    const thread = new Worker(this.#file, { execArgv: [] });
    thread.on('message', (answer: PronouncerAnswer) => this.#take(answer));
    thread.once('error', () => this.#goOnHere());
    thread.once('exit', () => this.#goOnHere());
    thread.unref();
    return thread;
  }

  #take(answer: PronouncerAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#thread?.unref();
    if ('error' in answer) waiting?.reject(answer.error);
    else waiting?.resolve(answer.result);
  }

  #goOnHere(): void {
    this.#here ??= createPronouncer();
    const here = this.#here;
    void this.#thread?.terminate();
    this.#thread = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { call, resolve } of waiting) resolve(done(here, call));
  }
}

function done(pronouncer: KanaPronouncer, { what, text, language }: PronouncerCall): Promise<unknown> {
  switch (what) {
    case 'pronounce':
      return pronouncer.pronounce(text, language);
    case 'kanaOf':
      return pronouncer.kanaOf(text);
    case 'prepareFor':
      return pronouncer.prepareFor(text, language);
  }
}
