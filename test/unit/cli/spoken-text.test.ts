import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../src/cli/context.js';
import { type SpokenText, spokenTexts } from '../../../src/cli/spoken-text.js';

const folder = mkdtempSync(join(tmpdir(), 'spoken-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function contextOf(
  args: Record<string, unknown>,
  stdin: Readable = new PassThrough(),
  drain: AbortSignal = new AbortController().signal,
): CommandContext {
  return { args, io: { stdin, drain } } as unknown as CommandContext;
}

async function wholeOf(text: SpokenText): Promise<string> {
  if (typeof text === 'string') return text;
  let whole = '';
  for await (const chunk of text) whole += chunk;
  return whole;
}

async function all(texts: AsyncIterable<SpokenText>): Promise<string[]> {
  const found: string[] = [];
  for await (const text of texts) found.push(await wholeOf(text));
  return found;
}

describe('spokenTexts', () => {
  it('takes the words of the command line as one text', async () => {
    expect(await all(await spokenTexts(contextOf({ text: ['Hello', 'there.'] })))).toEqual(['Hello there.']);
  });

  it('takes a file, and refuses one that is no text', async () => {
    writeFileSync(join(folder, 'text.txt'), '\ufeffこんにちは。\n');
    expect(await all(await spokenTexts(contextOf({ file: join(folder, 'text.txt') })))).toEqual([
      'こんにちは。\n',
    ]);
    writeFileSync(join(folder, 'sound.wav'), Buffer.from([0x52, 0xff, 0xfe, 0x80]));
    await expect(spokenTexts(contextOf({ file: join(folder, 'sound.wav') }))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_TEXT',
    });
  });

  it.skipIf(process.platform === 'win32')('does not read a file without end', async () => {
    await expect(spokenTexts(contextOf({ file: '/dev/zero' }))).rejects.toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_TEXT',
      message: expect.stringContaining('the most is'),
    });
  });

  it('puts characters together that the pipe has cut in two', async () => {
    const stdin = new PassThrough();
    const texts = all(await spokenTexts(contextOf({ text: ['-'] }, stdin)));
    for (const byte of Buffer.from('日本語😀')) stdin.write(Buffer.of(byte));
    stdin.end();
    expect(await texts).toEqual(['日本語😀']);
  });

  it('takes each line of a keyboard for a text of its own, as soon as it is there', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const texts = (await spokenTexts(contextOf({ text: ['-'] }, stdin)))[Symbol.asyncIterator]();
    stdin.write('One\n\n  \nTwo');
    expect((await texts.next()).value).toBe('One');
    stdin.end();
    expect((await texts.next()).value).toBe('Two');
    expect((await texts.next()).done).toBe(true);
  });

  it('ends with Ctrl-C, whether or not anything is typed', async () => {
    const drain = new AbortController();
    const texts = all(await spokenTexts(contextOf({ text: ['-'] }, new PassThrough(), drain.signal)));
    await new Promise((resolve) => setImmediate(resolve));
    drain.abort();
    expect(await texts).toEqual(['']);
  });

  it.each([[{}], [{ text: ['a'], file: 'b' }]])('refuses %j', async (args) => {
    await expect(spokenTexts(contextOf(args))).rejects.toMatchObject({ code: 'BRIDGE_ERR_USAGE' });
  });
});
