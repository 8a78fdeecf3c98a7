import { describe, expect, it } from 'vitest';
import { answerSound, type RealtimePart } from '../../../src/realtime/index.js';
import { PartQueue } from '../../../src/realtime/part-queue.js';

const END: RealtimePart = { type: 'end', reason: 'stop' };
const sound = (bytes: number): RealtimePart => ({ type: 'sound', pcm: new Uint8Array(bytes) });

async function read(parts: AsyncIterable<RealtimePart>): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const part of parts) seen.push(part.type === 'end' ? part.reason : part.type);
  } catch (error) {
    seen.push((error as Error).message);
  }
  return seen;
}

describe('PartQueue', () => {
  it('gives parts in order, to a reader that came before and one that came after', async () => {
    const before = new PartQueue('rt');
    const reading = read(before);
    for (const queue of [before, new PartQueue('rt')]) {
      queue.push({ type: 'text', text: 'a' });
      queue.push(END);
      queue.push({ type: 'text', text: 'late' });
      expect(await (queue === before ? reading : read(queue))).toEqual(['text', 'stop']);
    }
  });

  it('gives what it holds before a fault, and nothing before a cut or an abort', async () => {
    const queues = [0, 1, 2].map(() => new PartQueue('rt'));
    for (const queue of queues) queue.push(sound(2));
    queues[0]?.fail(new Error('broken'));
    queues[1]?.cut({ type: 'end', reason: 'cancelled' });
    queues[2]?.abort(new Error('reason'));
    expect(await Promise.all(queues.map(read))).toEqual([['sound', 'broken'], ['cancelled'], ['reason']]);
  });

  it('refuses an answer that does not fit', async () => {
    const queue = new PartQueue('rt', 10);
    queue.push(sound(8));
    queue.push(sound(8));
    expect((await read(queue)).at(-1)).toMatch(/^rt: expected at most 10 bytes/);
  });

  it('counts only what waits', async () => {
    const queue = new PartQueue('rt', 10);
    const reading = read(queue);
    for (let times = 0; times < 5; times++) {
      queue.push(sound(8));
      await new Promise((resolve) => setImmediate(resolve));
    }
    queue.push(END);
    expect((await reading).at(-1)).toBe('stop');
  });
});

describe('answerSound', () => {
  it('gives sound and words on two ways, and tells everything else at once', async () => {
    const queue = new PartQueue('rt');
    const others: string[] = [];
    const given = answerSound(queue, ({ type }) => others.push(type));
    queue.push(sound(4));
    queue.push({ type: 'text', text: 'Hi' });
    queue.push({ type: 'call', call: { id: 'c', name: 'look', argumentsJson: '' } });
    queue.push(END);
    await new Promise((resolve) => setImmediate(resolve));
    expect(others).toEqual(['call', 'end']);
    const words: string[] = [];
    for await (const text of given.transcript) words.push(text);
    const pieces: unknown[] = [];
    for await (const piece of given.sound) pieces.push([piece.pcm.byteLength, piece.sampleRateHz]);
    expect([words, pieces]).toEqual([['Hi'], [[4, 24_000]]]);
  });

  it('throws on both ways what the parts throw, after what came', async () => {
    const queue = new PartQueue('rt');
    const given = answerSound(queue, () => {});
    queue.push(sound(4));
    queue.fail(new Error('broken'));
    const seen: unknown[] = [];
    await expect(
      (async () => {
        for await (const piece of given.sound) seen.push(piece);
      })(),
    ).rejects.toThrow('broken');
    expect(seen).toHaveLength(1);
    await expect(
      (async () => {
        for await (const _text of given.transcript);
      })(),
    ).rejects.toThrow('broken');
  });
});
