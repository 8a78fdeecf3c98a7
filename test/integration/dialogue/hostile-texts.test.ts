import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chat, openChat, type Topology } from '../../../src/chat/index.js';
import { main } from '../../../src/cli/main.js';
import { systemHost } from '../../../src/devices/index.js';
import type { ChatModel } from '../../../src/llm/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { parseCsv, parseTextGrid, parseXml } from '../../unit/export/parsers.js';
import { until } from '../daemon/rig.js';
import { type EmbeddedAvatar, embeddedAvatar } from './embedded-avatar.js';
import { FailingVendor } from './failing-vendor.js';

/** What a terminal would obey, line breaks apart. */
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Everything that the settings below let the bridge say to MMDAgent-EX, and how many arguments it has. */
const ALLOWED: Readonly<Record<string, number>> = {
  SYNTH_START: 3,
  SYNTH_STOP: 1,
  LIPSYNC_START: 2,
  LIPSYNC_STOP: 1,
  CAPTION_START: 7,
  CAPTION_STOP: 1,
  MOTION_ADD: 5,
  MOTION_DELETE: 2,
  TAGGED: 2,
};

/** What is kept, as text: nobody else may read it. */
function keptFile(folder: string): string {
  const names = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  const file = names.find((name) => name.endsWith('.jsonl'));
  if (file === undefined) return '';
  expect(statSync(file).mode & 0o077).toBe(0);
  return readFileSync(file, 'utf8');
}

/** Runs a command in this process, with the settings of a folder. */
async function command(folder: string, ...argv: string[]): Promise<string> {
  const config = join(folder, 'settings.json');
  writeFileSync(config, JSON.stringify({ keep: { store: 'jsonl', folder } }));
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): PassThrough => {
    const through = new PassThrough();
    through.setEncoding('utf8').on('data', (data: string) => {
      text[name] += data;
    });
    return through;
  };
  const never = new AbortController().signal;
  const code = await main([...argv, '--config', config], {
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: { XDG_CONFIG_HOME: folder, HOME: folder },
    drain: never,
    quit: never,
    isTerminal: false,
  });
  expect({ code, stderr: text.stderr.replace(STEERING, '!') }).toEqual({ code: 0, stderr: text.stderr });
  return text.stdout;
}

/** A model that says what it is asked. */
const parrot: ChatModel = {
  name: 'parrot',
  type: 'own',
  model: 'parrot',
  seesImages: false,
  callsTools: false,
  async *stream({ messages }) {
    const text = messages.at(-1)?.role === 'user' ? (messages.at(-1) as { text: string }).text : '';
    for (let at = 0; at < text.length; at += 7) yield { type: 'text', text: text.slice(at, at + 7) };
    yield { type: 'end', reason: 'stop' };
  },
  warmUp: async () => {},
  close: async () => {},
};

describe.each<[Topology]>([['peer'], ['stream']])('Hostile text in a conversation by %s', (topology) => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-hostile-'));
  const sent: string[] = [];
  const problems: string[] = [];
  let avatar: EmbeddedAvatar;
  let vendor: FailingVendor;
  let chat: Chat;

  beforeAll(async () => {
    const body = Buffer.alloc(9600, 7);
    vendor = await FailingVendor.start({ headers: { 'content-type': 'audio/pcm' }, body });
    avatar = await embeddedAvatar();
    await avatar.client.request('subscribe', { topics: ['messages'] });
    avatar.client.events.on('sent', ({ text }) => sent.push(text));
    chat = await openChat(
      {
        llm: { engine: 'parrot', custom: { parrot } },
        voice: { topology, lips: 'peer' },
        speech: {
          engine: 'voice',
          engines: { voice: { type: 'openai', apiKey: 'sk-test', baseUrl: vendor.url } },
        },
        expression: {
          peer: {
            actions: { 'face:*': 'TAGGED|{value}|{durationMs}', 'animation:*': 'TAGGED|{value}|{model}' },
            caption: { speakers: ['user', 'avatar'] },
          },
          tellModel: false,
        },
        keep: { store: 'jsonl', folder },
      },
      {
        client: avatar.client,
        clock: new SystemClock(),
        env: {},
        host: systemHost({ PATH: '' }),
        logger: SILENT_LOGGER,
        version: 'test',
      },
    );
    chat.conversation.events.on('error', (error, stage) => problems.push(`${stage}: ${error.message}`));
  });

  afterAll(async () => {
    await chat.close();
    await avatar.stop();
    await vendor.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(HOSTILE_TEXTS))(
    '(%s) is said, shown and kept as text, and is nothing else',
    async (_, text) => {
      sent.length = 0;
      problems.length = 0;
      const turn = chat.conversation.ask({ text, by: 'typed' });
      let isOver = false;
      void turn.ended.then(() => {
        isOver = true;
      });
      // A reply of minutes is not listened to: its beginning has left.
      const cut = setTimeout(() => turn.cancel(), 1000);
      await until(() => isOver);
      clearTimeout(cut);
      expect(problems).toEqual([]);
      for (const message of sent) {
        expect(message).not.toMatch(/[\u0000-\u001f\u007f]/);
        const [type = '', ...args] = message.split('|');
        expect({ type, count: args.length }).toEqual({ type, count: ALLOWED[type] });
      }
      await until(() => keptFile(folder).includes(JSON.stringify(text)));
    },
  );

  it('is read back, shown and exported whole and harmless', async () => {
    const session = chat.session ?? '';
    const words = Object.values(HOSTILE_TEXTS);
    expect(await command(folder, 'sessions', 'show', session)).not.toMatch(STEERING);
    const shown = await command(folder, 'sessions', 'show', session, '--json');
    expect(shown).not.toMatch(STEERING);
    const { records } = JSON.parse(shown) as { readonly records: readonly { readonly user: string }[] };
    expect(records.map(({ user }) => user)).toEqual(words);
    const lines = (await command(folder, 'export', session, '--format', 'jsonl')).trimEnd().split('\n');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    const rows = parseCsv(await command(folder, 'export', session, '--format', 'csv'));
    expect(rows.length).toBeGreaterThan(words.length);
    parseXml(await command(folder, 'export', session, '--format', 'eaf'));
    parseTextGrid(await command(folder, 'export', session, '--format', 'textgrid'));
  });
});
