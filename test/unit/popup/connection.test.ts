import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_FRAMES, encodeFrame, SERVER_FRAMES } from '../../../src/popup/frames.js';
import { ProviderError, RequestError, wellFormed } from '../../../src/runtime/index.js';
import { fixturePath } from '../../support/audio-fixtures.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';
import { BEN, startRig } from './connection-rig.js';

const RECORDING = new Uint8Array(readFileSync(fixturePath('speech-opus.opus')));
const broken = (): never => {
  throw new ProviderError('BRIDGE_ERR_SPEECH_FAILED', 'secret detail of the engine', { provider: 'x' });
};
/** Decoders work in the machine's time. */
const decoded = (done: () => boolean): Promise<unknown> =>
  expect.poll(done, { timeout: 5000, interval: 5 }).toBe(true);

describe('a connection of the popup chat', () => {
  it('W22: answers the id with OK, and anything before it with an error', async () => {
    const client = startRig().connect();
    client.send('userText', 'Hello');
    client.send('userAudioChunk', 'x');
    client.send('userAudioEnd');
    client.send('options', '{}');
    client.send('stopAnswer');
    expect(client.came()).toEqual(Array(5).fill('error Error! Please send first your ID'));
    client.send('setClientId', 'abc');
    expect(client.came()).toEqual(['ok']);
  });

  it('W-t3: gives an error before the id its type byte, as any other', () => {
    const client = startRig().connect();
    client.send('userText', 'Hello');
    expect(client.raw[0]?.[0]).toBe(0x99);
    expect(Buffer.from(client.raw[0]?.subarray(1) ?? []).toString()).toBe('Error! Please send first your ID');
  });

  it.each(['', ' ', '\n\t　'])('W23: refuses the id %j, and stays without one', (id) => {
    const client = startRig().connect();
    client.send('setClientId', id);
    client.send('userText', 'Hello');
    expect(client.came()).toEqual([
      'error Error! Invalid ID. Please send a valid string ID.',
      'error Error! Please send first your ID',
    ]);
    expect(client.closed).toBeUndefined();
  });

  it('W23: refuses an id that is too long to name a conversation', () => {
    const client = startRig().connect();
    client.send('setClientId', 'x'.repeat(101));
    expect(client.came()[0]).toMatch(/^error Error! Invalid ID/);
    client.send('setClientId', 'x'.repeat(100));
    expect(client.came()).toEqual(['ok']);
  });

  it('W24: refuses a text frame, and closes with 1003 where no id was sent', () => {
    const rig = startRig();
    const [stranger, client] = [rig.connect(), rig.connect()];
    stranger.connection.take(Buffer.from('hello'), false);
    expect(stranger.came()).toEqual(['error Only binary messages are supported.']);
    expect(stranger.closed).toBe('1003 Only binary messages are supported.');
    client.begin();
    client.connection.take(Buffer.from('hello'), false);
    expect(client.came()).toEqual(['error Only binary messages are supported.']);
    expect(client.closed).toBeUndefined();
    expect(rig.logged.map(({ fields }) => fields.chatId)).toEqual(['', 'aB3dE6gH9j']);
  });

  it('W-t2: sends the text of every error behind its type byte', () => {
    const client = startRig().connect();
    client.connection.take(Buffer.from('hello'), false);
    expect(Buffer.from(client.raw[0] ?? []).toString('latin1')).toBe(
      '\x99Only binary messages are supported.',
    );
  });

  it('W25: streams the answer in pieces, and then its end', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    client.send('userText', 'Hello');
    await rig.pass();
    expect(client.came()).toEqual(['textChunk You said:', 'textChunk Hello.', 'textEnd']);
    expect(rig.sessions.all.map(({ wish }) => wish.name)).toEqual(['popup:aB3dE6gH9j']);
  });

  it('W27: understands a recording that came in pieces, begins anew, and goes the way of a text', async () => {
    const heard: number[] = [];
    const rig = startRig({
      transcribe: (pcm) => {
        heard.push(pcm.byteLength);
        return 'good morning';
      },
    });
    const client = rig.connect();
    client.begin();
    for (let time = 0; time < 2; time++) {
      for (let at = 0; at < RECORDING.length; at += 3000)
        client.send('userAudioChunk', RECORDING.subarray(at, at + 3000));
      client.send('userAudioEnd');
      await decoded(() => rig.sessions.all[0]?.asked.length === time + 1);
      await rig.pass();
      expect(client.came()).toEqual(['textChunk You said:', 'textChunk good morning.', 'textEnd']);
    }
    // 1.2 s each: the second holds nothing of the first.
    expect(heard.map((bytes) => Math.round(bytes / 3200))).toEqual([12, 12]);
    expect(rig.parts.budget.takenBytes).toBe(0);
  });

  it('W27: tells what was recognised to clients that know, and nothing said has no answer', async () => {
    const rig = startRig({ transcribe: () => '  ' });
    const [old, knowing] = [rig.connect(), rig.connect()];
    old.begin();
    knowing.begin('other', {});
    for (const client of [old, knowing]) {
      client.send('userAudioChunk', RECORDING);
      client.send('userAudioEnd');
    }
    await decoded(() => knowing.frames.length === 2 && old.frames.length === 2);
    expect(old.came()).toEqual(['error No speech was recognised', 'textEnd']);
    expect(knowing.came()).toEqual(['userText', 'textEnd']);
    expect(rig.sessions.all).toEqual([]);
  });

  it('W30: survives an answer that fails, tells it without details, and logs it with the id', async () => {
    const rig = startRig({
      reply: ({ text }) =>
        text === 'fail'
          ? { pieces: [], failure: { code: 'BRIDGE_ERR_LLM_FAILED', message: 'secret detail' } }
          : { pieces: [{ text: 'Fine.' }] },
    });
    const client = rig.connect();
    client.begin();
    client.send('userText', 'fail');
    await rig.pass();
    expect(client.came()).toEqual(['error The message could not be answered', 'textEnd']);
    expect(rig.logged).toMatchObject([{ fields: { chatId: 'aB3dE6gH9j' }, text: 'No answer could be had' }]);
    client.send('userText', 'again');
    await rig.pass();
    expect(client.came()).toEqual(['textChunk Fine.', 'textEnd']);
  });

  it('W30: survives a recogniser that fails, and a recording that is none', async () => {
    const rig = startRig({ transcribe: broken });
    const client = rig.connect();
    client.begin();
    client.send('userAudioChunk', RECORDING);
    client.send('userAudioEnd');
    await decoded(() => client.frames.length === 2);
    expect(client.came()).toEqual(['error The recording could not be understood', 'textEnd']);
    expect(rig.logged.map(({ text }) => text)).toEqual(["The user's audio could not be converted to text"]);
    client.send('userAudioChunk', 'this is no sound at all');
    client.send('userAudioEnd');
    await decoded(() => client.frames.length === 2);
    expect(client.came()[0]).toMatch(/^error the recording: /);
    client.send('userAudioEnd');
    await decoded(() => client.frames.length === 2);
    expect(client.came()).toEqual(['error The recording is empty', 'textEnd']);
  });

  it('W30: survives a session that is refused, in the words of the refusal', async () => {
    const rig = startRig({
      refuse: () => new RequestError('BRIDGE_ERR_TALK_UNKNOWN', 'There is no persona of this name'),
    });
    const client = rig.connect();
    client.begin();
    client.send('userText', 'Hello');
    await rig.pass();
    expect(client.came()).toEqual(['error There is no persona of this name', 'textEnd']);
    expect(rig.logged).toEqual([]);
  });

  it('W31: sends sound before the words it speaks, numbered, to clients that asked for it', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.send('setClientId', 'abc');
    client.send('options', '{"voice":true,"unknown":[1]}');
    expect(client.came()).toEqual([
      'ok',
      'facts {"protocol":1,"voice":true,"welcome":"","maxAudioSeconds":120}',
    ]);
    client.send('userText', 'Hello');
    await rig.pass();
    expect(client.came()).toEqual([
      'emotion joy',
      'audioChunk #0 RIFFWAVE 24000 Hz true',
      'textChunk You said:',
      'audioChunk #1 RIFFWAVE 24000 Hz true',
      'textChunk Hello.',
      'audioEnd',
      'textEnd',
    ]);
  });

  it('W31: sends nothing that the tutorial does not know to clients that did not ask for more', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    client.send('userText', 'Hello');
    await rig.pass();
    expect(new Set(client.raw.map(([type]) => type))).toEqual(new Set([1, 0x11, 0x12]));
  });

  it('W19: makes no sound where the page, the server or an old client wants none, all in one conversation', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin('abc');
    client.send('userText', 'one');
    await rig.pass();
    client.send('options', '{"voice":false}');
    client.send('userText', 'two');
    await rig.pass();
    expect([rig.sessions.spoken, client.came().filter((frame) => frame.startsWith('audio'))]).toEqual([
      [],
      [],
    ]);
    client.send('options', '{"voice":true}');
    client.send('userText', 'three');
    await rig.pass();
    expect(rig.sessions.spoken).toEqual(['You said: ', 'three.']);
    expect(rig.sessions.all.map(({ asked }) => asked.map(({ text }) => text))).toEqual([
      ['one', 'two', 'three'],
    ]);

    const mute = startRig({}, { createAudioOfAnswer: false });
    const other = mute.connect();
    other.begin('abc', { voice: true });
    other.send('userText', 'one');
    await mute.pass();
    expect([mute.sessions.spoken, other.came().at(-1)]).toEqual([[], 'textEnd']);
  });

  it('W16: goes on with the words of an answer whose voice fails, tries that once, and says so in the end', async () => {
    const rig = startRig({
      reply: () => ({
        pieces: [{ text: 'One. ' }, { text: '… ' }, { text: 'Two. ', soundMs: 0 }, { text: 'Three.' }],
      }),
    });
    const client = rig.connect();
    client.begin('abc', { voice: true });
    client.send('userText', 'Hi');
    await rig.pass();
    expect(client.came()).toEqual([
      'audioChunk #0 RIFFWAVE 24000 Hz true',
      'textChunk One.',
      'textChunk …',
      'textChunk Two.',
      expect.stringMatching(/textChunk Three|audioChunk #1/),
      ...(rig.sessions.spoken.includes('Three.') ? ['textChunk Three.'] : []),
      'audioEnd',
      'error The answer could not be spoken',
      'textEnd',
    ]);
    expect(rig.logged.map(({ text }) => text)).toEqual(['The answer could not be converted to audio']);
  });

  it('W2 and W20: begins a conversation with what the page welcomed with', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin('abc', { welcome: 'Welcome to the shop!', persona: 'clerk' });
    client.send('userText', 'Hi');
    await rig.pass();
    expect(rig.sessions.all[0]?.wish).toMatchObject({ persona: 'clerk', by: 'popup' });
    expect(rig.sessions.all[0]?.history).toEqual([
      'assistant: Welcome to the shop!',
      'user: Hi',
      'assistant: You said: Hi.',
    ]);
  });

  it('W-t4: has the answer in the history of the next question', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    client.send('userText', 'one');
    client.send('userText', 'two');
    await rig.pass();
    expect(rig.sessions.all[0]?.history.slice(0, 3)).toEqual([
      'user: one',
      'assistant: You said: one.',
      'user: two',
    ]);
  });

  it('W-t6: gives the same id of another caller another conversation', async () => {
    const rig = startRig();
    const [mine, theirs] = [rig.connect(), rig.connect(BEN)];
    for (const client of [mine, theirs]) client.begin('same');
    mine.send('userText', 'my secret');
    await rig.pass();
    theirs.send('userText', 'what did I say?');
    await rig.pass();
    expect(rig.sessions.all).toHaveLength(2);
    expect(rig.sessions.all[1]?.history.join()).not.toContain('secret');
    expect(theirs.came().join()).not.toContain('secret');
  });

  it('W-t6: lets go of its sessions when it goes away, so that they can expire', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    client.send('userText', 'one');
    client.send('userText', 'two');
    await rig.pass();
    expect(rig.sessions.all[0]?.holds).toBe(1);
    client.connection.gone();
    client.connection.gone();
    expect(rig.sessions.all[0]?.holds).toBe(0);
  });

  it('W-t7: answers one message after the other, never one into the other, and refuses the third', async () => {
    const rig = startRig({
      reply: ({ text }) => ({ gapMs: 100, pieces: [{ text: `${text} begins` }, { text: `${text} ends` }] }),
    });
    const client = rig.connect();
    client.begin();
    for (const text of ['A', 'B', 'C']) client.send('userText', text);
    await rig.pass();
    expect(client.came()).toEqual([
      'error Busy: this message was not taken, since another is answered and one more waits',
      'textChunk A begins',
      'textChunk A ends',
      'textEnd',
      'textChunk B begins',
      'textChunk B ends',
      'textEnd',
      // Of the refused one, in its place.
      'textEnd',
    ]);
  });

  it('W-t7: lets go of who sends on and on without waiting', async () => {
    const rig = startRig({ reply: () => ({ gapMs: 1e6, pieces: [{ text: 'never' }] }) });
    const client = rig.connect();
    client.begin();
    for (let n = 0; n < 30; n++) client.send('userText', 'more');
    expect(client.closed).toBe('1008 Too many messages at a time');
  });

  it('W-t9: ends an answer, what waits behind it, and says so', async () => {
    const rig = startRig({
      reply: () => ({ gapMs: 100, pieces: Array.from({ length: 50 }, () => ({ text: 'more ' })) }),
    });
    const client = rig.connect();
    client.begin('abc', { voice: false });
    client.send('userText', 'A');
    client.send('userText', 'B');
    await rig.pass(250);
    client.send('stopAnswer');
    await rig.pass();
    expect(client.came()).toEqual(['textChunk more', 'textChunk more', 'stopped', 'textEnd', 'textEnd']);
    const [session] = rig.sessions.all;
    expect([session?.cancelled, session?.asked.length]).toEqual([1, 1]);
    client.send('stopAnswer');
    expect(client.came()).toEqual([]);
    expect(rig.clock.pendingCount).toBe(0);
  });

  it('W-t9: ends a recording that is being understood', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const rig = startRig({
      transcribe: (_, signal) => {
        signals.push(signal);
        return new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason)),
        );
      },
    });
    const client = rig.connect();
    client.begin('abc', {});
    client.send('userAudioChunk', RECORDING);
    client.send('userAudioEnd');
    await decoded(() => signals.length === 1);
    client.send('stopAnswer');
    await rig.pass(0);
    expect(client.came()).toEqual(['stopped', 'textEnd']);
    expect(rig.logged).toEqual([]);
  });

  it('ends what is answered when the page goes away, and sends nothing more', async () => {
    const rig = startRig({ reply: () => ({ gapMs: 100, pieces: [{ text: 'a' }, { text: 'b' }] }) });
    const client = rig.connect();
    client.begin();
    client.send('userText', 'A');
    client.send('userText', 'B');
    client.send('userAudioChunk', 'half of a recording');
    await rig.pass(150);
    client.came();
    client.connection.gone();
    await rig.pass();
    expect(client.came()).toEqual([]);
    expect(rig.sessions.all[0]?.cancelled).toBe(1);
    expect(rig.sessions.all[0]?.asked).toHaveLength(1);
    expect([rig.clock.pendingCount, rig.parts.budget.takenBytes]).toEqual([0, 0]);
  });

  it.each([
    ['bytes', { maxAudioBytes: 100 }, 'error The recording is too long'],
    [
      'bytes of all together',
      { maxOpenAudioBytes: 100 },
      'error Too much is recorded at a time: try again in a moment',
    ],
  ])(
    'bounds a recording in %s: refused once, ended once, and the next is taken',
    async (_, settings, error) => {
      const rig = startRig({}, settings);
      const client = rig.connect();
      client.begin();
      for (let n = 0; n < 10; n++) client.send('userAudioChunk', new Uint8Array(60));
      expect(client.came()).toEqual([error]);
      expect(rig.parts.budget.takenBytes).toBe(0);
      client.send('userAudioEnd');
      await rig.pass(0);
      expect(client.came()).toEqual(['textEnd']);
      client.send('userAudioChunk', new Uint8Array(60));
      expect(rig.parts.budget.takenBytes).toBe(60);
      client.connection.gone();
      expect([rig.parts.budget.takenBytes, rig.clock.pendingCount]).toEqual([0, 0]);
    },
  );

  it('forgets a recording that is not complete when the id is given again', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    client.send('userAudioChunk', RECORDING);
    client.send('setClientId', 'aB3dE6gH9j');
    client.send('userAudioEnd');
    await rig.pass(0);
    expect(client.came()).toEqual(['ok', 'error The recording is empty', 'textEnd']);
    expect([rig.parts.budget.takenBytes, rig.clock.pendingCount]).toEqual([0, 0]);
  });

  it('bounds a recording in time', async () => {
    const rig = startRig({}, { maxAudioSeconds: 5 });
    const client = rig.connect();
    client.begin();
    client.send('userAudioChunk', new Uint8Array(60));
    await rig.pass(20_000);
    expect(client.came()).toEqual(['error The recording is too long']);
    expect(rig.parts.budget.takenBytes).toBe(0);
  });

  it('refuses a recording that sounds longer than it may', async () => {
    const rig = startRig({}, { maxAudioSeconds: 1 });
    const client = rig.connect();
    client.begin();
    client.send('userAudioChunk', RECORDING);
    client.send('userAudioEnd');
    await decoded(() => client.frames.length === 2);
    expect(client.came()).toEqual(['error Expected a recording of at most 1 s', 'textEnd']);
  });

  it('tells that there were too many turns in a short time, and asks nobody', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    let spent = 0;
    client.spendTurn = () => {
      if (++spent > 1) throw new Error('Too many turns: try again in 9 s');
    };
    for (const text of ['one', 'two']) client.send('userText', text);
    client.send('userText', ' ');
    await rig.pass();
    expect(client.came().filter((frame) => !frame.startsWith('textChunk'))).toEqual([
      'error The message is empty',
      'textEnd',
      'error Too many turns: try again in 9 s',
      'textEnd',
      'textEnd',
    ]);
    expect([spent, rig.sessions.all[0]?.asked.length]).toEqual([2, 1]);
  });

  it('lets go of a page that reads too slowly', async () => {
    const rig = startRig();
    const client = rig.connect();
    client.begin();
    client.bufferedAmount = 9 * 1024 * 1024;
    client.send('userText', 'Hello');
    await rig.pass();
    expect(client.closed).toBe('terminated');
    expect(client.came()).toEqual([]);
  });

  it('answers types that nobody knows, frames without bytes and wrong options with an error', () => {
    const client = startRig().connect();
    client.begin();
    client.connection.take(Uint8Array.of(0x77), true);
    client.connection.take(new Uint8Array(), true);
    client.send('options', 'no JSON');
    client.send('options', '[]');
    client.send('options', '{"voice":"yes"}');
    expect(client.came()).toEqual([
      'error Unknown message type 0x77',
      'error Expected a type in the first byte, got an empty message',
      'error Expected options as JSON',
      'error Expected options with a JSON object',
      'error Expected options with "voice": true or false',
    ]);
  });

  it('bears 10,000 frames of any bytes in any order, and ends with nothing held', async () => {
    const rig = startRig({}, { maxAudioBytes: 2000, maxOpenAudioBytes: 5000 });
    const frame = fc.tuple(
      fc.oneof(fc.constantFrom(...Object.values(CLIENT_FRAMES)), fc.nat(255)),
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
      ),
      fc.integer({ min: 0, max: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 100, maxLength: 100 }), async (frames) => {
        const client = rig.connect();
        for (const [type, payload, kind] of frames) {
          if (kind === 0) client.connection.take(new Uint8Array(), true);
          else client.connection.take(encodeFrame(type, payload), kind > 1);
        }
        await rig.pass(10);
        client.connection.gone();
        await rig.pass(10);
        const known = new Set<number>(Object.values(SERVER_FRAMES));
        expect(client.raw.every(([type]) => type !== undefined && known.has(type))).toBe(true);
      }),
      { numRuns: 100 },
    );
    await expect.poll(() => rig.parts.budget.takenBytes).toBe(0);
    expect(rig.sessions.all.every(({ holds, isBusy }) => holds === 0 && !isBusy)).toBe(true);
    expect(rig.clock.pendingCount).toBe(0);
  }, 60_000);

  it.each(Object.entries(HOSTILE_TEXTS))(
    'passes on %s as it is, and logs ids in one short line',
    async (_, text) => {
      const rig = startRig({
        reply: () => ({ pieces: [{ text }], failure: { code: 'BRIDGE_ERR_LLM_FAILED', message: '' } }),
      });
      const client = rig.connect();
      const id = text.slice(0, 100);
      client.begin(id);
      client.send('userText', 'Hi');
      await rig.pass();
      const [chunk] = client.came();
      expect(chunk).toBe(`textChunk ${wellFormed(text)}`.trimEnd());
      const { chatId } = rig.logged[0]?.fields ?? {};
      expect(chatId).not.toMatch(/[\p{Cc}\p{Cf}\n]/u);
      expect([...(chatId ?? '')].length).toBeLessThanOrEqual(25);
    },
  );
});
