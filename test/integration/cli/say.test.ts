import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readTimings } from '../../../src/lipsync/index.js';
import { type CliRig, cliRig } from './rig.js';

let rig: CliRig;
beforeAll(() => {
  rig = cliRig();
  rig.env['HOME'] = rig.directory;
});
afterAll(() => rig.close());

const path = (name: string): string => join(rig.directory, name);

/** The answer of a command that was given --json. */
function answer(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

describe('say --out', () => {
  it('writes a WAV file with its timings beside it, without any avatar', async () => {
    const { code, stderr } = await rig.run('say', '--out', 'hello.wav', 'Hello there. こんにちは、世界。');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('embedded speaks: no other engine is set up');
    const wav = readFileSync(path('hello.wav'));
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
    expect(wav.readUInt32LE(4)).toBe(wav.byteLength - 8);
    expect(wav.readUInt32LE(40)).toBe(wav.byteLength - 44);
    const durationMs = (wav.readUInt32LE(40) * 1000) / wav.readUInt32LE(28);
    const document = JSON.parse(readFileSync(path('hello.json'), 'utf8'));
    expect(document).toMatchObject({
      lips: 'exact',
      sentences: [{ text: 'Hello there.', startMs: 0, engine: 'embedded' }, { text: 'こんにちは、世界。' }],
    });
    for (const name of ['hello.json', 'hello.lab']) {
      const { phonemes } = readTimings(readFileSync(path(name)), name);
      expect(phonemes[0]?.startMs).toBe(0);
      expect(Math.abs((phonemes.at(-1)?.endMs ?? 0) - durationMs)).toBeLessThan(1);
      expect(phonemes.filter(({ phoneme }) => phoneme === 'sil').length).toBeLessThan(phonemes.length / 2);
    }
  });

  it('gives the same sound from its cache, at the speed that is asked for', async () => {
    const once = await rig.run(
      'say',
      '--json',
      '--out',
      'once.wav',
      '--speech-loudness',
      'off',
      'Once more.',
    );
    const again = await rig.run(
      'say',
      '--json',
      '--out',
      'again.wav',
      '--speech-loudness',
      'off',
      'Once more.',
    );
    const fast = await rig.run('say', '--json', '--out', 'fast.wav', '--speed', '2', 'Once more.');
    expect([once.code, again.code, fast.code]).toEqual([0, 0, 0]);
    expect(readFileSync(path('again.wav')).equals(readFileSync(path('once.wav')))).toBe(true);
    expect(answer(fast.stdout)['durationMs']).toBeLessThan(0.8 * Number(answer(once.stdout)['durationMs']));
    expect(readdirSync(path('.cache/mmdagent-bridge/speech')).length).toBeGreaterThan(1);
  });

  it('reads a file of text, Markdown and all', async () => {
    rig.file('text.md', '# Title\n\nSome **bold** words, see [this](https://example.org/x).\n');
    const { code } = await rig.run('say', '--out', 'text.wav', '--file', 'text.md');
    expect(code).toBe(0);
    const { sentences } = JSON.parse(readFileSync(path('text.json'), 'utf8'));
    const text = sentences.map((sentence: { text: string }) => sentence.text).join(' ');
    expect(text).toMatch(/Title/);
    expect(text).toMatch(/Some bold words/);
    expect(text).not.toMatch(/[#*[\]]|https/);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const running = rig.start('say', '--out', 'cut.wav', '-');
    running.type('One sentence.\n');
    await running.says(/speaks:/);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(readdirSync(rig.directory).filter((name) => name.startsWith('cut'))).toEqual([]);
  });

  it.each([
    ['an engine that is none', ['--engine', 'embeded', 'Hi'], 2, 'Did you mean embedded?'],
    ['an engine without its key', ['--engine', 'openai', 'Hi'], 2, 'set OPENAI_API_KEY'],
    ['a file that is no WAV', ['--out', 'x.mp3', 'Hi'], 2, '--out: expected'],
    ['nothing to say', [], 2, 'Expected a text to say'],
    ['a text and a file', ['--file', 'f', 'Hi'], 2, 'got both'],
    ['a file that is not there', ['--file', 'missing.txt'], 1, 'missing.txt'],
    ['a text without words', ['…!?'], 1, 'nothing can be spoken'],
    ['a speed nobody speaks at', ['--speed', '9', 'Hi'], 2, 'from 0.25 to 4'],
    ['a folder that is not there', ['--out', 'no/such/folder.wav', 'Hi'], 1, 'cannot be written'],
  ] as const)('refuses %s', async (_what, args, code, text) => {
    const ended = await rig.run(
      'say',
      ...(args.includes('--out' as never) ? [] : ['--out', 'refused.wav']),
      ...args,
    );
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(text)]);
    expect(existsSync(path('refused.wav'))).toBe(false);
  });
});

describe('say', () => {
  it('speaks through the avatar with exact lips', async () => {
    const { code, stdout, stderr } = await rig.run(
      'say',
      '--json',
      '--link',
      'simulator:',
      'Hello there. And more.',
    );
    expect(code, stderr).toBe(0);
    expect(answer(stdout)).toMatchObject({
      reason: 'completed',
      lips: 'own',
      mouth: 'exact',
      engines: ['embedded'],
      sentences: 2,
    });
    expect(answer(stdout)['heardMs']).toBeGreaterThan(800);
  });

  it('begins with the first sentence while the rest is still to be written', async () => {
    const running = rig.start('say', '--link', 'simulator:', '--lips', 'peer', '-');
    running.type('A first sentence.\n');
    await running.says(/speaking on lane/);
    running.type('And the last one');
    running.child.stdin?.end();
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/spoken, \d/);
  });

  it("speaks by MMDAgent-EX's own voice", async () => {
    const { code, stdout, stderr } = await rig.run(
      'say',
      ...['--json', '--link', 'simulator:', '--engine', 'mmdagent', 'こんにちは。元気ですか。'],
    );
    expect(code, stderr).toBe(0);
    expect(answer(stdout)).toMatchObject({
      reason: 'completed',
      engines: ['mmdagent'],
      sentences: 2,
      lips: 'peer',
    });
    const file = await rig.run('say', '--engine', 'mmdagent', '--out', 'peer.wav', 'こんにちは。');
    expect([file.code, file.stderr]).toEqual([1, expect.stringContaining('gives no sound')]);
  });

  it('is silent at the first Ctrl-C', async () => {
    const running = rig.start('say', '--link', 'simulator:', 'word '.repeat(300));
    await running.says(/speaking on lane/);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/say: interrupted, \d/);
  });
});

describe('say with an engine behind a network', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    delete rig.env['BRIDGE_ENGINES'];
  });

  async function serve(status: number, seconds: number): Promise<() => number> {
    let requests = 0;
    const server = createServer((request, response) => {
      requests++;
      request.resume();
      response.writeHead(status, { 'content-type': status === 200 ? 'audio/pcm' : 'application/json' });
      response.end(
        status === 200 ? Buffer.alloc(48_000 * seconds, 1) : '{"error":{"message":"out of order"}}',
      );
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    rig.env['BRIDGE_ENGINES'] = JSON.stringify({
      mine: { type: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` },
      paid: { type: 'openai', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: `\${OPENAI_API_KEY}` },
    });
    return () => requests;
  }

  it('takes the configured one, and asks it once for what it said before', async () => {
    const requests = await serve(200, 1);
    for (const name of ['a.wav', 'b.wav']) {
      const { code, stdout, stderr } = await rig.run('say', '--json', '--out', name, 'Said twice.');
      expect(code, stderr).toBe(0);
      expect(answer(stdout)).toMatchObject({
        sampleRateHz: 24_000,
        durationMs: 1000,
        lips: expect.any(String),
      });
    }
    expect(requests()).toBe(1);
  });

  it('speaks with the embedded voice when it fails, and says so', async () => {
    const requests = await serve(500, 0);
    const { code, stderr } = await rig.run('say', '--out', 'fallen.wav', 'Two sentences. One failure.');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('warning: mine failed, embedded speaks instead');
    expect(stderr).toContain('out of order');
    expect(stderr).toContain('embedded speaks: mine failed');
    expect(requests()).toBe(3);
  });

  it('fails with the engine when no other was asked for', async () => {
    await serve(401, 0);
    const { code, stderr } = await rig.run('say', '--engine', 'mine', '--out', 'failed.wav', 'Hi there.');
    expect([code, stderr]).toEqual([1, expect.stringContaining('BRIDGE_ERR_SPEECH_KEY')]);
    expect(readdirSync(rig.directory).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  it('gives it no more characters a day than it may have', async () => {
    const requests = await serve(200, 1);
    rig.env['OPENAI_API_KEY'] = 'test-key-of-no-worth';
    const say = (text: string) =>
      rig.run('say', '--engine', 'paid', '--speech-cap-characters', '20', '--out', 'capped.wav', text);
    expect((await say('Fifteen letters')).code).toBe(0);
    const { code, stderr } = await say('Ten letters more');
    delete rig.env['OPENAI_API_KEY'];
    expect([code, stderr]).toEqual([1, expect.stringContaining('BRIDGE_ERR_SPEECH_CAP')]);
    expect(requests()).toBe(1);
  });
});

describe('voices', () => {
  it('lists engines with what they need, and voices', async () => {
    const { code, stdout } = await rig.run('voices', '--json');
    expect(code).toBe(0);
    const engines = (answer(stdout)['engines'] ?? []) as readonly Record<string, unknown>[];
    expect(engines[0]).toMatchObject({ name: 'embedded', isReady: true, isChosen: true });
    expect(engines.find(({ name }) => name === 'openai')).toMatchObject({
      isReady: false,
      advice: 'set OPENAI_API_KEY in the environment',
    });
    expect(stdout).not.toMatch(/\\u001b/);
  });

  it('tells by its exit code whether one engine is ready', async () => {
    const ready = await rig.run('voices', '--engine', 'embedded');
    expect([ready.code, ready.stdout]).toEqual([0, expect.stringMatching(/^embedded: ready[\s\S]*ja\+f5/)]);
    expect((await rig.run('voices', '--engine', 'openai')).code).toBe(1);
    expect((await rig.run('voices', '--engine', 'nobody')).code).toBe(2);
  });
});
