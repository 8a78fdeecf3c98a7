import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { REQUESTS, type RequestName } from '../../../src/api/messages-in.js';
import { CONNECTION_FRAMES, LANE_EVENTS, SESSION_EVENTS } from '../../../src/api/messages-out.js';
import { API_LIMITS } from '../../../src/api/protocol.js';
import { encodeSoundFrame, type SoundFrame } from '../../../src/api/sound-frame.js';
import { BridgeError, RequestError } from '../../../src/runtime/index.js';
import type { SessionEvents } from '../../../src/sessions/index.js';
import { ANN, ApiRig, BOB, OPERATOR, settle, type TestSocket } from '../../support/api/api-rig.js';

function rigWith(caller = ANN, rig = new ApiRig()) {
  const socket = rig.greeted(caller);
  socket.say({ type: 'open', id: 1, name: 'one', voice: { to: 'client' } });
  return { rig, socket, session: rig.sessions.last };
}

function soundOf(frame: Partial<SoundFrame>): Uint8Array {
  const pcm = new Uint8Array([1, 0]);
  const rest = { channel: 1, seq: 1, turn: 0, fromSample: 0, sampleRateHz: 16_000, pcm };
  return encodeSoundFrame({ kind: 'microphone', ...rest, ...frame });
}

function errorOf(socket: TestSocket, id: number): unknown {
  return socket.answerOf(id)?.['error'];
}

function speechOf(socket: TestSocket, id: number): number {
  return (socket.answerOf(id) as unknown as { readonly result: { readonly speech: number } }).result.speech;
}

/** A right one of each request, on channel 1. */
const RIGHT: { readonly [Name in RequestName]: object } = {
  open: { name: 'two' },
  attach: { session: 's1' },
  ask: { channel: 1, text: 'hello' },
  say: { channel: 1, text: 'hello' },
  greet: { channel: 1 },
  cancel: { channel: 1, turn: 1 },
  interrupt: { channel: 1 },
  press: { channel: 1 },
  release: { channel: 1 },
  endOfSpeech: { channel: 1 },
  forget: { channel: 1 },
  takeOver: { channel: 1 },
  handBack: { channel: 1 },
  give: { channel: 1, picture: 'p1', image: 'data:image/png;base64,AAAA' },
  tune: { channel: 1, bargeIn: false, thresholdDbfs: -40, isMuted: true },
  messages: { channel: 1 },
  leave: { channel: 1 },
  close: { channel: 1 },
  list: {},
  personas: {},
  ping: {},
  lanes: {},
  laneSay: { lane: 'main', text: 'hello' },
  lanePlay: { lane: 'main' },
  laneEnd: { speech: 1 },
  laneStop: { speech: 1 },
  laneInterrupt: { lane: 'main' },
  laneMessage: { lane: 'main', message: 'MOTION_ADD|0|base|wave.vmd' },
  laneLips: { lane: 'main', phonemes: [{ phoneme: 'a', startMs: 0, endMs: 100 }] },
  watchLanes: { isWatched: true },
};

const NAMES = Object.keys(REQUESTS) as RequestName[];
const ON_CHANNELS = NAMES.filter((name) => 'channel' in RIGHT[name]);

describe('A request', () => {
  it.each(NAMES)('%s is answered once, with a result of its schema', async (name) => {
    const { socket } = rigWith(OPERATOR);
    socket.say({ ...RIGHT[name], type: name, id: 7 });
    await settle();
    const answers = socket.texts.filter((one) => one['id'] === 7);
    expect(answers).toHaveLength(1);
    expect(CONNECTION_FRAMES.result.parse(answers[0])).toBeDefined();
    expect(REQUESTS[name].result.parse(answers[0]?.['result'])).toBeDefined();
  });

  it.each(NAMES)('%s with a parameter that nobody knows is refused', async (name) => {
    const { socket } = rigWith(OPERATOR);
    socket.say({ ...RIGHT[name], unknown: 1, type: name, id: 7 });
    await settle();
    expect(CONNECTION_FRAMES.error.parse(socket.answerOf(7))).toMatchObject({
      error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL', retryable: false },
    });
  });

  it.each(ON_CHANNELS)('%s on a channel that is not open is refused', async (name) => {
    const { socket } = rigWith(OPERATOR);
    socket.say({ ...RIGHT[name], channel: 9, type: name, id: 7 });
    await settle();
    expect(errorOf(socket, 7)).toMatchObject({ code: 'BRIDGE_ERR_TALK_UNKNOWN' });
  });

  it('that no version knows is refused', () => {
    const { socket } = rigWith();
    socket.say({ type: 'constructor', id: 7 });
    expect(errorOf(socket, 7)).toMatchObject({ code: 'BRIDGE_ERR_CONTROL_PROTOCOL' });
  });

  it.each([
    [
      new RequestError('BRIDGE_ERR_TURN_REFUSED', 'busy', { retryable: true }),
      'BRIDGE_ERR_TURN_REFUSED',
      'busy',
      true,
    ],
    [new BridgeError('BRIDGE_ERR_LLM_KEY', 'no key'), 'BRIDGE_ERR_LLM_KEY', 'no key', false],
    [new TypeError('secret inside'), 'BRIDGE_ERR_STATE', 'Something went wrong in the server', false],
  ])(
    'that fails with %s tells code, words and whether to try again',
    async (error, code, message, retryable) => {
      const { socket, session } = rigWith();
      session.refusal = error;
      socket.say({ type: 'ask', id: 7, channel: 1, text: 'hello' });
      await settle();
      expect(errorOf(socket, 7)).toEqual({ code, message, retryable });
    },
  );

  it('with texts, lists and pictures beyond their bounds is refused', () => {
    const { socket, session } = rigWith();
    const wrong = [
      { type: 'ask', channel: 1, text: 'x'.repeat(10_001) },
      { type: 'ask', channel: 1, text: '', images: ['a', 'b', 'c', 'd', 'e'] },
      { type: 'ask', channel: 1, text: '', metadata: { big: 'x'.repeat(20_001) } },
      { type: 'say', channel: 1, text: '' },
      { type: 'tune', channel: 1, thresholdDbfs: 1 },
      { type: 'open', name: 'x'.repeat(129) },
      { type: 'open', voice: { to: 'client', sampleRateHz: 100 } },
      { type: 'open', said: Array.from({ length: 401 }, () => ({ role: 'user', text: '' })) },
      { type: 'give', channel: 1, picture: 'p1' },
      { type: 'give', channel: 1, picture: 'p1', image: 'a', refused: 'b' },
      { type: 'laneMessage', message: 'A|B\nC|D' },
    ];
    for (const [index, frame] of wrong.entries()) socket.say({ ...frame, id: 100 + index });
    for (const index of wrong.keys())
      expect(errorOf(socket, 100 + index), JSON.stringify(wrong[index]).slice(0, 60)).toMatchObject({
        code: 'BRIDGE_ERR_CONTROL_PROTOCOL',
      });
    expect(session.done).toEqual([]);
  });

  it('that comes again while it is worked on, or after, is not done again', async () => {
    const { socket, session } = rigWith();
    const ask = { type: 'ask', id: 7, channel: 1, text: 'hello' };
    socket.say(ask);
    socket.say(ask);
    await settle();
    socket.say(ask);
    await settle();
    expect(session.done).toHaveLength(1);
    expect(socket.texts.filter((one) => one['id'] === 7)).toHaveLength(1);
  });

  it('whose answer is among what is sent again is not answered once more', async () => {
    const { rig, socket, session } = rigWith();
    const ask = { type: 'ask', id: 7, channel: 1, text: 'hello' };
    socket.say(ask);
    await settle();
    socket.life.closed(1006);
    const again = rig.greeted(ANN, rig.resumeOf(socket, 1));
    again.say(ask);
    expect(again.texts.filter((one) => one['id'] === 7)).toHaveLength(1);
    expect(session.done).toHaveLength(1);
  });

  it('whose answer was told in a gap is answered again, and not done again', async () => {
    const { rig, socket, session } = rigWith();
    socket.say({ type: 'ask', id: 7, channel: 1, text: 'hello' });
    await settle();
    const resume = rig.resumeOf(socket, 1);
    socket.life.closed(1006);
    for (let index = 0; index < 200; index++)
      session.events.emit('sound', { turn: 1, fromMs: 0, pcm: new Uint8Array(10_000), sampleRateHz: 24_000 });
    const again = rig.greeted(ANN, resume);
    expect(again.texts.map(({ type }) => type)).toEqual(['welcome', 'gap']);
    expect(again.of('gap')[0]).toMatchObject({ sessions: [{ channel: 1, session: 's1', isBusy: true }] });
    again.say({ type: 'ask', id: 7, channel: 1, text: 'hello' });
    expect(again.answerOf(7)).toMatchObject({ type: 'result', result: { turn: 1 } });
    expect(session.done).toHaveLength(1);
  });

  it('of a number that was answered long ago is not done', async () => {
    const { socket, session } = rigWith();
    for (let id = 2; id < 1000; id++) socket.say({ type: 'ping', id });
    socket.say({ type: 'press', id: 2, channel: 1 });
    expect(session.done).toEqual([]);
    expect(socket.texts.at(-1)).toMatchObject({ type: 'error', id: 2 });
  });

  it('that says something is refused to who says too much, and nothing else is', async () => {
    const { rig, socket } = rigWith(OPERATOR);
    rig.spendTurn = () => {
      throw new BridgeError('BRIDGE_ERR_RATE', 'Too many turns', { retryable: true });
    };
    const names = NAMES.filter((name) => name !== 'close' && name !== 'leave');
    for (const [index, name] of names.entries()) socket.say({ ...RIGHT[name], type: name, id: 100 + index });
    await settle();
    const refused = names.filter((_, index) => socket.answerOf(100 + index)?.type === 'error');
    expect(refused).toEqual(['ask', 'say', 'greet', 'laneSay', 'lanePlay']);
    expect(errorOf(socket, 100 + names.indexOf('ask'))).toMatchObject({
      code: 'BRIDGE_ERR_RATE',
      retryable: true,
    });
  });

  it('beyond so many at a time is refused, and may be tried again', async () => {
    const { socket, session } = rigWith();
    session.gate = new Promise(() => {});
    for (let id = 2; id < 2 + API_LIMITS.requestsInFlight + 1; id++)
      socket.say({ type: 'ask', id, channel: 1, text: '' });
    await settle();
    expect(socket.of('error')).toHaveLength(1);
    expect(socket.of('error')[0]).toMatchObject({
      error: { code: 'BRIDGE_ERR_QUEUE_FULL', retryable: true },
    });
  });
});

/** One of each event of a session, and the frame it becomes. */
const EVENTS: {
  readonly [Name in keyof SessionEvents]?: readonly [args: SessionEvents[Name], fields: object];
} = {
  phase: [['thinking'], { phase: 'thinking' }],
  voice: [[true], { isVoice: true }],
  partial: [['so'], { text: 'so' }],
  accepted: [[], {}],
  ignored: [['uh', 'backchannel'], { text: 'uh', why: 'backchannel' }],
  turn: [
    [{ turn: 1, by: 'voice', text: 'so', context: 'c' }],
    { turn: 1, by: 'voice', text: 'so', context: 'c' },
  ],
  cut: [[1], { turn: 1 }],
  resumed: [[1, 250.5], { turn: 1, fromMs: 250.5 }],
  piece: [
    [
      {
        ...{ turn: 1, index: 0, raw: 'a', text: 'a', language: undefined, pcm: new Uint8Array(4) },
        cues: [{ name: 'face', value: 'joy', durationMs: 5, attributes: { a: 'b' } }],
        span: { startMs: 0, endMs: 5 },
      },
    ],
    {
      ...{ turn: 1, index: 0, raw: 'a', text: 'a', span: { startMs: 0, endMs: 5 } },
      cues: [{ name: 'face', value: 'joy', durationMs: 5, attributes: { a: 'b' } }],
    },
  ],
  lips: [
    [1, [{ phoneme: 'a', startMs: 0, endMs: 5 }]],
    { turn: 1, phonemes: [{ phoneme: 'a', startMs: 0, endMs: 5 }] },
  ],
  given: [[1, 'raw', 'text'], { turn: 1, raw: 'raw', text: 'text' }],
  heard: [[1, 'text'], { turn: 1, text: 'text' }],
  tool: [
    [
      {
        ...{ turn: 1, callId: 'c', name: 'n', argumentsJson: '{}', stage: 'result', isError: false },
        value: { at: new Date(0), fn: () => {} },
      },
    ],
    {
      ...{ turn: 1, callId: 'c', name: 'n', argumentsJson: '{}', stage: 'result', isError: false },
      value: { at: '1970-01-01T00:00:00.000Z' },
    },
  ],
  vision: [[{ id: 'p', source: 'camera', turn: 1 }], { picture: 'p', source: 'camera', turn: 1 }],
  looked: [['p'], { picture: 'p' }],
  face: [['joy', 300], { face: 'joy', lastsMs: 300 }],
  credit: [['VOICEVOX'], { credit: 'VOICEVOX' }],
  notice: [
    [{ code: 'voiceFailed', values: { error: 'no' } }],
    { code: 'voiceFailed', kind: 'warning', en: 'The voice failed: no', ja: '声が失敗しました：no' },
  ],
  error: [[{ stage: 'llm', code: 'X', message: 'm' }], { stage: 'llm', code: 'X', message: 'm' }],
  context: [['c2'], { context: 'c2' }],
  ended: [
    [
      {
        ...{ turn: 1, outcome: 'failed', context: 'c', user: 'u', reply: 'r', heard: 'h' },
        error: { code: 'X', message: 'm' },
        trace: { firstToken: 3 },
      },
    ],
    {
      ...{ turn: 1, outcome: 'failed', context: 'c', user: 'u', reply: 'r', heard: 'h' },
      error: { code: 'X', message: 'm' },
      trace: { firstToken: 3 },
    },
  ],
  closed: [['idle'], { why: 'idle' }],
};

describe('An event of a session', () => {
  it.each(Object.entries(EVENTS))('%s is told with its channel, by its schema', (name, [args, fields]) => {
    const { socket, session } = rigWith();
    session.events.emit(name as 'phase', ...(args as unknown as ['idle']));
    const type = name === 'error' ? 'fault' : name;
    const { seq, ...frame } = socket.texts.at(-1) ?? { seq: 0 };
    expect(frame).toEqual({ type, channel: 1, ...fields });
    expect(seq).toBeGreaterThan(0);
    const schema: z.ZodType = SESSION_EVENTS[type as keyof typeof SESSION_EVENTS];
    expect(schema.safeParse(fields).success).toBe(true);
  });

  it('is every one that the protocol names', () => {
    const told = Object.keys(EVENTS).map((name) => (name === 'error' ? 'fault' : name));
    expect(new Set(told)).toEqual(new Set(Object.keys(SESSION_EVENTS)));
  });

  it('with a value that is no JSON is told as text', () => {
    const { socket, session } = rigWith();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const tool = {
      turn: 1,
      callId: 'c',
      name: 'n',
      argumentsJson: '',
      stage: 'result',
      isError: false,
    } as const;
    session.events.emit('tool', { ...tool, value: circle });
    session.events.emit('tool', { ...tool, value: 5n });
    session.events.emit('tool', { ...tool, value: 'x'.repeat(100_000) });
    expect(socket.of('tool').map(({ value }) => String(value).slice(0, 15))).toEqual([
      '[object Object]',
      '5',
      '"xxxxxxxxxxxxxx',
    ]);
  });

  it('of another session is not told, and none after the channel was left', async () => {
    const { socket, session, rig } = rigWith();
    rig.greeted(BOB).say({ type: 'open', id: 1, name: 'one' });
    rig.sessions.last.events.emit('partial', 'of bob');
    socket.say({ type: 'leave', id: 8, channel: 1 });
    session.events.emit('partial', 'after');
    expect(socket.of('partial')).toEqual([]);
    expect(session.holds).toBe(0);
    expect(session.done).toEqual([]);
  });
});

describe('Sessions of others', () => {
  it('are not there for a client, and all are for an operator', async () => {
    const { rig } = rigWith();
    const bob = rig.greeted(BOB);
    bob.say({ type: 'attach', id: 1, session: 's1' });
    bob.say({ type: 'list', id: 2 });
    expect(errorOf(bob, 1)).toMatchObject({ code: 'BRIDGE_ERR_TALK_UNKNOWN' });
    expect(bob.answerOf(2)).toMatchObject({ result: { sessions: [] } });
    const operator = rig.greeted(OPERATOR);
    operator.say({ type: 'attach', id: 1, session: 's1' });
    operator.say({ type: 'list', id: 2 });
    expect(operator.answerOf(1)).toMatchObject({ result: { session: 's1' } });
    expect(operator.answerOf(2)).toMatchObject({ result: { sessions: [{ session: 's1', by: 'api' }] } });
  });
});

describe('Microphone sound', () => {
  it('goes to the session of its channel, each frame once', () => {
    const { socket, session } = rigWith();
    socket.life.receivedBytes(soundOf({ seq: 1 }));
    socket.life.receivedBytes(soundOf({ seq: 1 }));
    socket.life.receivedBytes(soundOf({ seq: 3, pcm: new Uint8Array([2, 0]) }));
    socket.life.receivedBytes(soundOf({ seq: 4, channel: 5 }));
    expect(session.done).toEqual([
      ['hear', [1, 0]],
      ['hear', [2, 0]],
    ]);
    expect(socket.of('error')).toEqual([]);
  });

  it.each([
    ['of a reply', soundOf({ kind: 'reply' })],
    ['too long', soundOf({ pcm: new Uint8Array(API_LIMITS.soundBytes + 2) })],
    ['without a number', soundOf({ seq: 0 })],
    ['that is half a sample', soundOf({}).subarray(0, 21)],
    ['that is no frame', new Uint8Array(3)],
  ])('%s is told to be wrong', (_, bytes) => {
    const { socket, session } = rigWith();
    socket.life.receivedBytes(bytes);
    expect(socket.of('error')[0]).toMatchObject({ error: { code: 'BRIDGE_ERR_CONTROL_PROTOCOL' } });
    expect(session.done).toEqual([]);
    expect(socket.closedWith).toBeUndefined();
  });
});

describe('A lane', () => {
  const allowed = () => new ApiRig({ allowance: { lanes: ['main'], messageTypes: ['MOTION_ADD'] } });

  it.each(['laneSay', 'lanePlay', 'laneInterrupt', 'laneMessage', 'laneLips', 'watchLanes'] as const)(
    'is not for a client without a word in the settings: %s',
    async (name) => {
      const { socket, rig } = rigWith();
      socket.say({ ...RIGHT[name], type: name, id: 7 });
      await settle();
      expect(errorOf(socket, 7)).toMatchObject({ code: 'BRIDGE_ERR_ACCESS', retryable: false });
      expect(rig.avatars.done).toEqual([]);
    },
  );

  it('is not for a visitor, whatever the settings say', async () => {
    const rig = allowed();
    const socket = rig.greeted({ id: 'visitor:1', role: 'visitor', label: 'visitor:1' });
    socket.say({ type: 'laneSay', id: 1, lane: 'main', text: 'x' });
    socket.say({ type: 'laneMessage', id: 2, lane: 'main', message: 'MOTION_ADD|0' });
    socket.say({ type: 'open', id: 3, voice: { to: 'avatar', lane: 'main' } });
    socket.say({ type: 'lanes', id: 4 });
    await settle();
    for (const id of [1, 2, 3]) expect(errorOf(socket, id)).toMatchObject({ code: 'BRIDGE_ERR_ACCESS' });
    expect(socket.answerOf(4)).toMatchObject({ result: { lanes: [] } });
  });

  it('is for a client what the settings allow, and no more', async () => {
    const rig = allowed();
    const socket = rig.greeted();
    const asked = [
      { type: 'laneSay', text: 'x' },
      { type: 'laneSay', lane: 'second', text: 'x' },
      { type: 'laneMessage', message: 'MOTION_ADD|0|a' },
      { type: 'laneMessage', message: 'MOTION_ADDX|0|a' },
      { type: 'laneMessage', message: 'PLUGIN_DISABLE|Audio' },
      { type: 'open', voice: { to: 'avatar' } },
      { type: 'open', voice: { to: 'avatar', lane: 'second' } },
      { type: 'lanes' },
    ];
    for (const [index, frame] of asked.entries()) socket.say({ ...frame, id: index + 1 });
    await settle();
    expect(asked.map((_, index) => socket.answerOf(index + 1)?.type)).toEqual([
      ...['result', 'error', 'result', 'error', 'error', 'result', 'error', 'result'],
    ]);
    expect(rig.sessions.last.wish.voice).toEqual({ to: 'avatar', lane: 'main' });
    expect(rig.avatars.done.map(([name]) => name)).toEqual(['say', 'send']);
    expect(socket.answerOf(8)).toMatchObject({ result: { lanes: [{ lane: 'main' }] } });
  });

  it('takes sound as far as it was told, in order, and tells how it goes', async () => {
    const { socket, rig } = rigWith(OPERATOR);
    socket.say({ type: 'lanePlay', id: 7, lane: 'main', kind: 'live' });
    await settle();
    const number = speechOf(socket, 7);
    expect(socket.of('speechCredit')).toMatchObject([{ speech: number, acceptedBytes: 262_144 }]);
    const frame = { kind: 'lane', channel: 0, turn: number } as const;
    socket.life.receivedBytes(soundOf({ ...frame, seq: 1, pcm: new Uint8Array([1, 0]) }));
    socket.life.receivedBytes(soundOf({ ...frame, seq: 2, pcm: new Uint8Array([2, 0]) }));
    socket.say({ type: 'laneEnd', id: 8, speech: number });
    await settle();
    const speech = rig.avatars.last;
    expect(speech.written.map((pcm) => pcm[0])).toEqual([1, 2]);
    expect(speech.isComplete).toBe(true);
    speech.events.emit('started');
    speech.events.emit('heard', 40);
    speech.finish({ reason: 'completed', heardMs: 60 });
    await settle();
    const told = socket.texts.slice(-3).map(({ seq: _, ...one }) => one);
    expect(told).toEqual([
      { type: 'speechStarted', speech: number },
      { type: 'speechHeard', speech: number, heardMs: 40 },
      { type: 'speechEnded', speech: number, reason: 'completed', heardMs: 60 },
    ]);
    for (const { type, ...fields } of told)
      expect(LANE_EVENTS[type as keyof typeof LANE_EVENTS].safeParse(fields).success).toBe(true);
  });

  it('is silent at once for a client that sends more than it was told to', async () => {
    const { socket, rig } = rigWith(OPERATOR);
    socket.say({ type: 'lanePlay', id: 7, lane: 'main' });
    await settle();
    const speech = speechOf(socket, 7);
    rig.avatars.last.gate = new Promise(() => {});
    for (let seq = 1; seq <= 5; seq++)
      socket.life.receivedBytes(
        soundOf({ kind: 'lane', turn: speech, seq, pcm: new Uint8Array(API_LIMITS.soundBytes) }),
      );
    await settle();
    expect(rig.avatars.last.isStopped).toBe(true);
    expect(socket.of('speechEnded')).toMatchObject([{ speech, reason: 'interrupted' }]);
  });

  it('takes so many speeches of a connection at a time', async () => {
    const { socket } = rigWith(OPERATOR);
    for (let id = 10; id < 10 + API_LIMITS.speeches + 1; id++) socket.say({ type: 'laneSay', id, text: 'x' });
    await settle();
    expect(errorOf(socket, 10 + API_LIMITS.speeches)).toMatchObject({ code: 'BRIDGE_ERR_QUEUE_FULL' });
    expect(errorOf(socket, 10)).toBeUndefined();
  });

  it('is watched by operators until they stop', async () => {
    const { socket, rig } = rigWith(OPERATOR);
    socket.say({ type: 'watchLanes', id: 7, isWatched: true });
    rig.avatars.listener?.onMessage({ lane: 'main', type: 'SYNTH_EVENT_STOP', args: ['0'] });
    rig.avatars.listener?.onLane({
      lane: 'main',
      model: '0',
      state: 'ready',
      isSimulator: false,
      isSpeaking: true,
    });
    expect(socket.of('laneMessage')[0]).toMatchObject({ messageType: 'SYNTH_EVENT_STOP', args: ['0'] });
    expect(socket.of('laneState')[0]).toMatchObject({ lane: 'main', isSpeaking: true });
    socket.say({ type: 'watchLanes', id: 8, isWatched: false });
    expect(rig.avatars.listener).toBeUndefined();
  });
});
