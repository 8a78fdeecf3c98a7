import { afterEach, describe, expect, it } from 'vitest';
import { type Chat, openChat } from '../../../src/chat/index.js';
import { BridgeClient } from '../../../src/client/index.js';
import { defaultConfig } from '../../../src/config/index.js';
import { createMemoryChannels } from '../../../src/control/index.js';
import { embedDaemon } from '../../../src/daemon/index.js';
import { systemHost } from '../../../src/devices/index.js';
import type { ChatModel } from '../../../src/llm/index.js';
import { SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import { FakePlayback } from '../../support/fake-playback.js';
import { untilReady } from '../daemon/rig.js';
import { FailingVendor } from '../dialogue/failing-vendor.js';

const clock = new SystemClock();

const MODEL: ChatModel = {
  name: 'scripted',
  type: 'custom',
  model: 'scripted',
  callsTools: false,
  seesImages: false,
  warmUp: async () => {},
  close: async () => {},
  async *stream() {
    yield { type: 'text', text: '[face:joy]Hello there. [face:sad]I must go.' };
    yield { type: 'end', reason: 'stop' };
  },
};

/** The three ways of the ChatGPT document, each of them a whole conversation with the same avatar. */
describe('C20: topologies of a conversation', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function open(topology: 'stream' | 'local' | 'peer') {
    const tone = new Uint8Array(
      Int16Array.from({ length: 600 * 24 }, (_, at) => 6000 * Math.sin(at / 13)).buffer,
    );
    const tts = await FailingVendor.start({ headers: { 'content-type': 'audio/pcm' }, body: tone });
    closing.push(() => tts.close());
    const daemon = await embedDaemon({
      settings: defaultConfig({ links: ['simulator:'] }),
      logger: SILENT_LOGGER,
    });
    closing.push(() => daemon.stop());
    const [left, right] = createMemoryChannels();
    daemon.serve(right, true);
    const client = await BridgeClient.connect({
      ...{ open: async () => left, client: 'test', clock, reconnectMs: 0 },
    });
    await untilReady(client, 'simulator');
    const sent: string[] = [];
    client.events.on('sent', ({ text }) => sent.push(text));
    const events: string[] = [];
    client.events.on('message', ({ type, isEcho }) => void (isEcho || events.push(type)));
    await client.request('subscribe', { topics: ['messages'] });
    const playbacks: FakePlayback[] = [];
    const chat = await openChat(
      {
        llm: { custom: { scripted: MODEL } },
        speech: {
          engine: 'voice',
          engines: { voice: { type: 'openai', baseUrl: tts.url, apiKey: 'sk-test' } },
        },
        expression: { peer: {} },
        voice: { topology },
      },
      {
        ...{ client, clock, env: {}, host: systemHost({ PATH: '' }), logger: SILENT_LOGGER, version: 'test' },
        openPlayback: async ({ sampleRateHz }) => {
          const playback = new FakePlayback(clock, { sampleRateHz });
          playbacks.push(playback);
          return playback;
        },
      },
    );
    closing.push(() => chat.close());
    return { chat, sent, events, playbacks };
  }

  const types = (sent: readonly string[]): readonly string[] => sent.map((text) => text.split('|')[0] ?? '');

  async function talked({ conversation }: Chat): Promise<void> {
    const end = await conversation.ask({ text: 'Hello', by: 'peer' }).ended;
    expect(end).toMatchObject({ outcome: 'completed', heard: 'Hello there. I must go.' });
    expect(end.trace.firstAudio).toBeGreaterThan(0);
    expect(end.trace.sent).toBeGreaterThan(0);
    expect(end.trace.heard).toBeGreaterThan(0);
  }

  it('(a) texts and actions are sent, and MMDAgent-EX speaks, one sentence after the other', async () => {
    const { chat, sent, events, playbacks } = await open('peer');
    await talked(chat);
    const spoken = sent.filter((text) => text.startsWith('SYNTH_START'));
    expect(spoken.map((text) => text.split('|').at(-1)?.trim())).toEqual(['Hello there.', 'I must go.']);
    expect(types(sent).filter((type) => type === 'MOTION_ADD').length).toBe(2);
    expect(events.filter((type) => type === 'SYNTH_EVENT_STOP')).toHaveLength(2);
    expect(playbacks).toHaveLength(0);
  }, 30_000);

  it('(b) the sound is made outside and streamed in, with its actions', async () => {
    const { chat, sent, playbacks } = await open('stream');
    await talked(chat);
    expect(types(sent)).not.toContain('SYNTH_START');
    expect(types(sent).filter((type) => type === 'MOTION_ADD').length).toBe(2);
    expect(playbacks).toHaveLength(0);
  }, 30_000);

  it('(c) the sound is made and played outside, only lips and actions are sent', async () => {
    const { chat, sent, playbacks } = await open('local');
    await talked(chat);
    expect(types(sent)).not.toContain('SYNTH_START');
    expect(types(sent)).toContain('LIPSYNC_START');
    expect(types(sent).filter((type) => type === 'MOTION_ADD').length).toBe(2);
    expect(playbacks.reduce((sum, { writtenMs }) => sum + writtenMs, 0)).toBeGreaterThan(1000);
  }, 30_000);
});
