import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OUTPUT_BYTES_PER_MS, SoundRecorder } from '../audio/index.js';
import { absent } from './absent.js';
import type { RecordedSide, TurnRecording } from './kept-conversations.js';

/** Sound of one file that may wait for the disk: 4 minutes. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
const FILE_NAME = /^(\d{4,9})-(user|avatar)\.wav$/;
/** An utterance comes whole: handed on in pieces that the writer takes one by one. */
const PIECE_BYTES = 65_536;

/** One WAV file of a turn and side. Blocks wait in memory while it is being opened; what is too much is dropped and counted. */
export class TurnSound {
  readonly #path: string;
  readonly #opening: Promise<SoundRecorder>;
  #waiting: Uint8Array[] | undefined = [];
  #waitingBytes = 0;
  #droppedBytes = 0;
  #recorder: SoundRecorder | undefined;
  #closed: Promise<void> | undefined;

  /** @param folder - promise of the folder that is there then. */
  constructor(folder: Promise<string>, turn: number, side: RecordedSide) {
    this.#path = soundName(turn, side);
    this.#opening = folder.then((path) => this.#open(path));
    // Told by `close`.
    this.#opening.catch(() => {});
  }

  /** @param pcm - s16le mono 16 kHz, whole samples; copied. */
  write(pcm: Uint8Array): void {
    if (this.#closed !== undefined) return;
    if (this.#recorder !== undefined) {
      this.#hand(this.#recorder, pcm);
    } else if (this.#waiting !== undefined && this.#waitingBytes + pcm.byteLength <= MAX_WAITING_BYTES) {
      this.#waiting.push(pcm.slice());
      this.#waitingBytes += pcm.byteLength;
    } else {
      this.#droppedBytes += pcm.byteLength;
    }
  }

  /** Writes what waits and the length. Idempotent. @throws what the disk said, or that sound is missing. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #open(folder: string): Promise<SoundRecorder> {
    const path = join(folder, this.#path);
    try {
      // The recorder keeps the rights of a file that is there.
      await (await open(path, 'w', 0o600)).close();
      const recorder = await SoundRecorder.create(path, { maxBufferedBytes: MAX_WAITING_BYTES });
      for (const pcm of this.#waiting ?? []) this.#hand(recorder, pcm);
      this.#recorder = recorder;
      return recorder;
    } finally {
      this.#waiting = undefined;
    }
  }

  #hand(recorder: SoundRecorder, pcm: Uint8Array): void {
    for (let at = 0; at < pcm.byteLength; at += PIECE_BYTES) {
      const piece = pcm.subarray(at, at + PIECE_BYTES);
      if (!recorder.write(piece)) this.#droppedBytes += piece.byteLength;
    }
  }

  async #finish(): Promise<void> {
    const recorder = await this.#opening;
    await recorder.close();
    if (this.#droppedBytes > 0)
      throw new Error(
        `${Math.round(this.#droppedBytes / OUTPUT_BYTES_PER_MS)} ms of sound are missing: the disk was too slow`,
      );
  }
}

/** The recordings in a session's folder, by turn, and how many bytes they take. */
export async function findSounds(
  folder: string,
): Promise<{ readonly recordings: readonly TurnRecording[]; readonly bytes: number }> {
  const recordings: TurnRecording[] = [];
  let bytes = 0;
  for (const name of ((await readdir(folder).catch(absent)) ?? []).sort()) {
    const [, turn, side] = FILE_NAME.exec(name) ?? [];
    if (turn === undefined || side === undefined) continue;
    const path = join(folder, name);
    bytes += (await stat(path).catch(absent))?.size ?? 0;
    recordings.push({ turn: Number(turn), side: side === 'user' ? 'user' : 'avatar', path });
  }
  return { recordings, bytes };
}

function soundName(turn: number, side: RecordedSide): string {
  return `${String(turn).padStart(4, '0')}-${side}.wav`;
}
