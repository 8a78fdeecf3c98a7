import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/runtime/index.js';
import type { SayEnd, SayListener, SayRequest, SpeakerPort } from '../../../src/server/index.js';
import { type Ask, ask } from './ask.js';
import { type PageRig, startPageRig } from './page-rig.js';

/** Says nothing until it is told what becomes of it. */
class HeldSpeaker implements SpeakerPort {
  readonly asked: { readonly request: SayRequest; readonly listener: SayListener }[] = [];
  listed = 0;
  end: (end: SayEnd | Error) => void = () => {};

  async engines() {
    this.listed++;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const voice = { id: 'v1', name: 'One', languages: ['en'], style: undefined, credit: 'Someone' };
    return [{ name: 'embedded', isReady: true, isChosen: true, advice: undefined, voices: [voice] }];
  }

  say(request: SayRequest, listener: SayListener): Promise<SayEnd> {
    this.asked.push({ request, listener });
    return new Promise((resolve, reject) => {
      this.end = (end) => (end instanceof Error ? reject(end) : resolve(end));
    });
  }
}

const DONE: SayEnd = { reason: 'completed', heardMs: 900 };
const OWN = { 'x-bridge-request': '1' };

describe('Texts to be spoken', () => {
  let rig: PageRig;
  let speaker: HeldSpeaker;
  beforeEach(async () => {
    speaker = new HeldSpeaker();
    rig = await startPageRig({ speaker });
  });
  afterEach(() => rig.close());

  const say = (body: unknown, how: Ask = {}, query = '') => {
    const json = typeof body === 'string' ? body : JSON.stringify(body);
    return ask(rig.origin, `/api/say${query}`, { method: 'POST', body: Buffer.from(json), ...how });
  };
  const asked = () => expect.poll(() => speaker.asked.length, { timeout: 5000 }).toBeGreaterThan(0);

  it('are told from the beginning to the end, line by line', async () => {
    const answer = say(
      { text: 'Hello. There.', engine: 'embedded', voice: 'v1' },
      { headers: { accept: 'application/x-ndjson' } },
      '?lane=simulator&ifBusy=interrupt',
    );
    await asked();
    const [{ request, listener } = { request: undefined, listener: undefined }] = speaker.asked;
    expect(request).toMatchObject({
      text: 'Hello. There.',
      engine: 'embedded',
      voice: 'v1',
      lane: 'simulator',
      ifBusy: 'interrupt',
    });
    listener?.onOpened('simulator');
    listener?.onSentence({ text: 'Hello.', engine: 'embedded', credit: undefined, startMs: 0 });
    listener?.onStarted(1234);
    listener?.onHeard(100);
    speaker.end(DONE);
    const { status, text } = await answer;
    expect(status).toBe(200);
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { lane: 'simulator' },
      { sentence: { text: 'Hello.', engine: 'embedded', startMs: 0 } },
      { heardAtMs: 1234 },
      { heardMs: 100 },
      { ended: 'completed', heardMs: 900 },
    ]);
  });

  it('are answered when they begin to be heard, for who wants no more', async () => {
    const answer = say({ text: 'Hello' });
    await asked();
    speaker.asked[0]?.listener.onOpened('simulator');
    speaker.asked[0]?.listener.onStarted(1234);
    expect(await answer).toMatchObject({ status: 200, json: { lane: 'simulator', heardAtMs: 1234 } });
    speaker.end(DONE);
  });

  it.each([
    ['BRIDGE_ERR_SPEECH_TEXT', 400],
    ['BRIDGE_ERR_SPEECH_CAP', 429],
    ['BRIDGE_ERR_SPEECH_UNREACHABLE', 503],
    ['BRIDGE_ERR_LANE_BUSY', 409],
  ] as const)('that fail with %s before they are heard are answered with %i', async (code, status) => {
    const answer = say({ text: 'Hello' }, { headers: { accept: 'application/x-ndjson' } });
    await asked();
    speaker.end(new RequestError(code, 'No'));
    expect(await answer).toMatchObject({ status, json: { error: { code, message: 'No' } } });
  });

  it('that fail later say so in their last line', async () => {
    const answer = say({ text: 'Hello' }, { headers: { accept: 'application/x-ndjson' } });
    await asked();
    speaker.asked[0]?.listener.onOpened('simulator');
    const error = new RequestError('BRIDGE_ERR_SPEECH_STALLED', 'It stopped');
    speaker.end({ reason: 'failed', heardMs: 300, error });
    const lines = (await answer).text.trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      ended: 'failed',
      heardMs: 300,
      error: { code: 'BRIDGE_ERR_SPEECH_STALLED', message: 'It stopped' },
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'text=Hello'],
    ['no object', '"Hello"'],
    ['no text', '{"voice":"v1"}'],
    ['a text of another kind', '{"text":["Hello"]}'],
    ['a voice of another kind', '{"text":"Hello","voice":1}'],
    ['an empty engine', '{"text":"Hello","engine":""}'],
    ['blanks', '{"text":" \\n "}'],
  ])('are refused for %s', async (_, body) => {
    expect((await say(body)).status).toBe(400);
    expect(speaker.asked).toEqual([]);
  });

  it('are refused when they are too long', async () => {
    expect((await say({ text: 'a'.repeat(10_001) })).status).toBe(413);
    expect((await say(`{"text":"${'a'.repeat(80_000)}"}`)).status).toBe(413);
    expect(speaker.asked).toEqual([]);
  });

  it('are taken from no other site', async () => {
    for (const origin of ['http://evil.example', 'null'])
      expect((await say({ text: 'Hello' }, { headers: { origin } })).status).toBe(403);
    const answer = await ask(rig.origin, '/api/say', {
      method: 'POST',
      headers: { host: 'evil.example', origin: 'http://evil.example' },
      body: Buffer.from('{"text":"Hello"}'),
    });
    expect(answer.status).toBe(403);
    expect((await ask(rig.origin, '/api/say')).status).toBe(405);
    expect(speaker.asked).toEqual([]);
  });

  it('are eight at a time at most', async () => {
    const answers = Array.from({ length: 8 }, () => say({ text: 'Hello' }));
    await expect.poll(() => speaker.asked.length, { timeout: 5000 }).toBe(8);
    expect(await say({ text: 'One more' })).toMatchObject({
      status: 503,
      json: { error: { code: 'BRIDGE_ERR_QUEUE_FULL' } },
    });
    for (const { listener } of speaker.asked) {
      listener.onOpened('simulator');
      listener.onStarted(1);
    }
    expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true);
  });

  it('have voices, asked for once by all who ask at a time, and by no other site', async () => {
    const [one, other] = await Promise.all([
      ask(rig.origin, '/api/voices', { headers: OWN }),
      ask(rig.origin, '/api/voices', { headers: OWN }),
    ]);
    expect(one.json).toMatchObject({ engines: [{ name: 'embedded', voices: [{ id: 'v1' }] }] });
    expect(other.status).toBe(200);
    expect(speaker.listed).toBe(1);
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, {}])
      expect((await ask(rig.origin, '/api/voices', { headers })).status).toBe(403);
    expect(speaker.listed).toBe(1);
  });

  it('are not spoken where nobody speaks texts', async () => {
    const plain = await startPageRig();
    const answer = await ask(plain.origin, '/api/say', { method: 'POST', body: Buffer.from('{"text":"a"}') });
    expect(answer.status).toBe(404);
    await plain.close();
  });
});
