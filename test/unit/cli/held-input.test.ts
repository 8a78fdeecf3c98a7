import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { HeldInput } from '../../../src/cli/held-input.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function held() {
  const input = new PassThrough();
  const held = new HeldInput(input);
  let read = '';
  let isEnded = false;
  held.stream.on('data', (bytes: Buffer) => {
    read += bytes.toString();
  });
  held.stream.on('end', () => {
    isEnded = true;
  });
  return { input, held, read: () => read, isEnded: () => isEnded };
}

describe('Standard input that is held', () => {
  it('comes from its beginning once somebody listens, and ends with its end', async () => {
    const t = held();
    t.input.write('one\n');
    t.input.end('two\n');
    await turn();
    expect(t.read()).toBe('');
    t.held.release();
    t.held.release();
    await turn();
    await turn();
    expect(t.read()).toBe('one\ntwo\n');
    expect(t.isEnded()).toBe(true);
  });

  it('ends when it is destroyed', async () => {
    const t = held();
    t.held.release();
    t.input.destroy();
    await turn();
    await turn();
    expect(t.isEnded()).toBe(true);
  });

  it('is read on and dropped once it is closed, so that its writer never waits', async () => {
    const t = held();
    t.held.close();
    const isTaken = new Promise<void>((resolve) => t.input.write(Buffer.alloc(1_000_000), () => resolve()));
    await isTaken;
    t.held.release();
    await turn();
    expect(t.read()).toBe('');
  });
});
