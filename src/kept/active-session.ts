import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, InvalidStateError } from '../runtime/index.js';
import type { KeptSession, RecordedSide, SessionAbout } from './kept-conversations.js';
import type { SessionStore } from './session-store.js';
import type { TurnRecord } from './turn-record.js';
import { TurnSound } from './turn-sounds.js';
import type { WriteGuard } from './write-guard.js';

export interface ActiveSessionParts {
  readonly id: string;
  readonly about: SessionAbout;
  /** Of a session that goes on; undefined: a new one. */
  readonly earlier?: readonly TurnRecord[] | undefined;
  readonly store: SessionStore;
  /** Where recordings go; undefined: none are made. */
  readonly soundFolder: string | undefined;
  readonly clock: Clock;
  readonly words: WriteGuard;
  readonly sounds: WriteGuard;
  readonly onEnd: () => void;
}

/** Turns that may wait for the disk. */
const MAX_WAITING = 1000;

/** One session that is being kept: its writes stand in a row, and nobody waits for them. */
export class ActiveSession implements KeptSession {
  readonly id: string;
  readonly about: SessionAbout;
  readonly earlier: readonly TurnRecord[];
  readonly #parts: ActiveSessionParts;
  readonly #openedAtMs: number;
  readonly #sounds = new Map<string, TurnSound>();
  readonly #closing = new Set<Promise<void>>();
  #nextTurn: number;
  /** Nothing is written before there is something to keep. */
  #isBegun = false;
  #isForgotten = false;
  #isEnded = false;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #ended: Promise<void> | undefined;

  constructor(parts: ActiveSessionParts) {
    this.id = parts.id;
    this.about = parts.about;
    this.earlier = parts.earlier ?? [];
    this.#parts = parts;
    this.#openedAtMs = parts.clock.wallMs();
    this.#nextTurn = 1 + this.earlier.reduce((most, { turn }) => Math.max(most, turn), 0);
  }

  get nextTurn(): number {
    return this.#nextTurn;
  }

  append(record: TurnRecord): void {
    this.#nextTurn = Math.max(this.#nextTurn, record.turn + 1);
    const { store, clock } = this.#parts;
    const atMs = clock.wallMs();
    this.#write(async () => {
      await this.#begin();
      await store.append(this.id, record, atMs);
    });
  }

  sound(turn: number, side: RecordedSide, pcm: Uint8Array): void {
    if (!Number.isInteger(turn) || turn < 1 || turn > 999_999_999 || pcm.byteLength % 2 !== 0)
      throw new InvalidStateError(
        `Expected a turn from 1 on and whole samples, got ${turn}, ${pcm.byteLength} bytes`,
      );
    if (this.#parts.soundFolder === undefined || this.#isEnded || pcm.byteLength === 0) return;
    const key = soundKey(turn, side);
    let sound = this.#sounds.get(key);
    if (sound === undefined) {
      sound = new TurnSound(this.#folder(this.#parts.soundFolder), turn, side);
      this.#sounds.set(key, sound);
    }
    sound.write(pcm);
  }

  soundEnded(turn: number): void {
    for (const key of [soundKey(turn, 'user'), soundKey(turn, 'avatar')]) this.#closeSound(key);
  }

  end(): Promise<void> {
    this.#ended ??= this.#finish();
    return this.#ended;
  }

  /** Takes nothing any more, and resolves when nothing is being written. */
  async forget(): Promise<void> {
    this.#isForgotten = true;
    await this.end();
  }

  /** Resolves when everything given so far is written or dropped; sounds that go on stay open. */
  async flush(): Promise<void> {
    await this.#last;
    await Promise.all(this.#closing);
  }

  async #finish(): Promise<void> {
    for (const key of [...this.#sounds.keys()]) this.#closeSound(key);
    const { store, clock, onEnd } = this.#parts;
    const atMs = clock.wallMs();
    this.#write(async () => {
      if (this.#isBegun) await store.end(this.id, atMs);
    });
    this.#isEnded = true;
    await this.flush();
    onEnd();
  }

  #write(write: () => Promise<void>): void {
    if (this.#isEnded || this.#isForgotten) return;
    if (this.#waiting >= MAX_WAITING) {
      this.#parts.words.drop('the disk is too slow');
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(async () => {
      this.#waiting--;
      if (!this.#isForgotten) await this.#parts.words.run(write);
    });
  }

  async #begin(): Promise<void> {
    if (this.#isBegun) return;
    const { store, about, earlier } = this.#parts;
    if (earlier === undefined) await store.begin(this.id, about, this.#openedAtMs);
    else await store.resumed(this.id, this.#openedAtMs);
    this.#isBegun = true;
  }

  /** The session's folder for sound, after what waits in the row; rejects when it cannot be made. */
  #folder(root: string): Promise<string> {
    const path = join(root, this.id);
    const made = this.#last.then(async () => {
      if (this.#isForgotten) throw new Error('the session was forgotten');
      await this.#begin();
      // By another process: a folder that is made anew would bring the session back.
      if (!(await this.#parts.store.has(this.id))) throw new Error('the session was forgotten elsewhere');
      await mkdir(path, { recursive: true, mode: 0o700 });
      return path;
    });
    this.#last = made.then(
      () => {},
      () => {},
    );
    return made;
  }

  #closeSound(key: string): void {
    const sound = this.#sounds.get(key);
    if (sound === undefined) return;
    this.#sounds.delete(key);
    const closed = this.#isForgotten
      ? sound.close().catch(() => {})
      : this.#parts.sounds.run(() => sound.close());
    this.#closing.add(closed);
    closed.then(() => this.#closing.delete(closed));
  }
}

function soundKey(turn: number, side: RecordedSide): string {
  return `${turn}-${side}`;
}
