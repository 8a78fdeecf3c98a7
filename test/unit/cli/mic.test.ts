import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../src/cli/commands/listen.js';
import { mic } from '../../../src/cli/commands/mic.js';
import { type Arguments, type CommandContext, createContext } from '../../../src/cli/context.js';
import { PcmOutput } from '../../../src/cli/pcm-output.js';
import { resolveConfig } from '../../../src/config/index.js';

/** A context in which nothing can be started: what a command refuses, it refuses before. */
async function contextOf(
  args: Arguments,
  isTerminal = false,
): Promise<{ context: CommandContext; stdin: PassThrough }> {
  const stdin = Object.assign(new PassThrough(), isTerminal ? { isTTY: true, setRawMode: () => {} } : {});
  const never = new AbortController();
  const io = {
    stdin,
    stdout: Object.assign(new PassThrough(), { isTTY: isTerminal }),
    stderr: new PassThrough(),
    env: { XDG_RUNTIME_DIR: '/nonexistent', PATH: '/nonexistent' },
    drain: never.signal,
    quit: AbortSignal.abort(),
    isTerminal,
  };
  const resolved = await resolveConfig({ flags: {}, args: [], env: {} });
  return {
    context: createContext({ io, args, resolved, version: 'test', reload: async () => resolved }),
    stdin,
  };
}

describe('mic', () => {
  it.each([
    [{ source: 'speech.wav' }, /Expected - .* got "speech.wav"; `play` plays files/],
    [{ raw: '16000:1:s16le' }, /--raw describes standard input: add -/],
    [{ source: '-', raw: '16000' }, /--raw: expected RATE:CHANNELS:ENCODING/],
    [{ 'gain-db': '50' }, /--gain-db: expected a number from -60 to 40 dB/],
    [{ 'threshold-db': '3' }, /--threshold-db: expected a number from -100 to 0 dBFS/],
    [{ 'threshold-db': '-40', gate: false }, /exclude each other/],
    [{ 'push-to-talk': true }, /needs a keyboard/],
    [{ seconds: '0' }, /--seconds: expected a number from 0.02/],
  ])('refuses %j', async (args, message) => {
    const { context } = await contextOf(args);
    await expect(mic(context)).rejects.toThrow(message);
    await expect(mic(context)).rejects.toMatchObject({ code: 'BRIDGE_ERR_USAGE' });
  });

  it('refuses push-to-talk where standard input is the sound, keyboard or not', async () => {
    const { context } = await contextOf({ source: '-', 'push-to-talk': true }, true);
    await expect(mic(context)).rejects.toThrow(/needs a keyboard/);
  });
});

describe('listen', () => {
  it('refuses to write sound to a terminal, or between JSON', async () => {
    await expect(listen((await contextOf({}, true)).context)).rejects.toThrow(/a terminal cannot show sound/);
    await expect(listen((await contextOf({ json: true })).context)).rejects.toThrow(
      /--json needs standard output/,
    );
    await expect(listen((await contextOf({ file: '-', json: true })).context)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_USAGE',
    });
  });
});

describe('PcmOutput', () => {
  it('copies, since frames are used again', () => {
    const stream = new PassThrough();
    const output = new PcmOutput(stream);
    const frame = new Uint8Array(640).fill(1);
    expect(output.write(frame)).toBe(true);
    frame.fill(2);
    expect(new Set(stream.read() as Buffer)).toEqual(new Set([1]));
  });

  it('drops and counts what a reader that stands still leaves behind, and what one that is gone misses', async () => {
    const stream = new PassThrough();
    const output = new PcmOutput(stream);
    const second = new Uint8Array(32_000);
    const kept = Array.from({ length: 60 }, () => output.write(second)).filter(Boolean).length;
    expect(kept).toBeGreaterThanOrEqual(30);
    expect(kept).toBeLessThan(34);
    expect(output.droppedBytes).toBe((60 - kept) * 32_000);
    stream.destroy();
    expect(output.write(second)).toBe(false);
    await output.close();
  });
});
