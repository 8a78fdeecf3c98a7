import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const WALL_MS = Date.UTC(2026, 0, 31, 12, 0, 0);

/** A recording of version 2, by hand. */
export function begin(fields: Readonly<Record<string, unknown>> = {}): object {
  return {
    atMs: 0,
    kind: 'begin',
    version: 2,
    lane: 'chat',
    model: '0',
    wallMs: WALL_MS,
    monotonicMs: 5000,
    ...fields,
  };
}

export function message(atMs: number, kind: 'sent' | 'received' | 'echo', text: string): object {
  return { atMs, kind, soundMs: 0, text };
}

/** Folders of recordings that are gone after the test. */
export class Recordings {
  readonly folder = mkdtempSync(join(tmpdir(), 'bridge-export-'));
  #count = 0;

  /** @param lines - objects, or text that is written as it is. @param pcm - s16 samples of sound.wav; left out: no such file. */
  make(lines: readonly (object | string)[], pcm?: Int16Array, name = `session-${++this.#count}`): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    const text = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`));
    writeFileSync(join(folder, 'messages.jsonl'), text.join(''));
    if (pcm !== undefined) writeFileSync(join(folder, 'sound.wav'), wavOf(pcm));
    return folder;
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function wavOf(pcm: Int16Array): Uint8Array {
  const bytes = Buffer.alloc(44 + pcm.byteLength);
  bytes.write('RIFF');
  bytes.writeUInt32LE(36 + pcm.byteLength, 4);
  bytes.write('WAVEfmt ', 8);
  for (const [at, value] of [16, 0x1_0001, 16_000, 32_000, 0x10_0002].entries())
    bytes.writeUInt32LE(value, 16 + 4 * at);
  bytes.write('data', 36);
  bytes.writeUInt32LE(pcm.byteLength, 40);
  bytes.set(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength), 44);
  return bytes;
}

/** Samples that nothing else sounds like; never 0. */
export function samples(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 16 }, (_, n) => 1 + ((n * 7919) % 15_000));
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  return (await collect(pieces)).join('');
}
