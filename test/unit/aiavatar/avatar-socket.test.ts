import { describe, expect, it } from 'vitest';
import { wavFile } from '../../../src/aiavatar/wav-file.js';
import { RequestError } from '../../../src/runtime/index.js';
import { CALLER, settled, socketRig } from './socket-rig.js';

const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';

describe('a WebSocket of AIAvatarKit', () => {
  it('is connected by start, and holds its session of this caller', () => {
    const { sessions, connect } = socketRig();
    const client = connect();
    const session = client.start({ context_id: 'before' });
    expect(client.told).toHaveLength(1);
    expect(client.told[0]).toMatchObject({
      type: 'connected',
      session_id: 's',
      user_id: 'u',
      context_id: 'before',
      text: null,
      metadata: {},
    });
    expect(session.wish).toMatchObject({ caller: CALLER, name: 's', user: 'u', voice: { to: 'client' } });
    expect(session.holds).toBe(1);
    expect(sessions.opened).toHaveLength(1);
  });

  it('lets the avatar of the bridge speak for who has a key, not for visitors', () => {
    const { sessions, connect } = socketRig();
    const visitor = connect({
      query: 'voice=avatar',
      caller: { id: 'visitor:1', role: 'visitor', label: 'v' },
    });
    visitor.send({ type: 'start', session_id: 's' });
    expect(visitor.told).toMatchObject([{ type: 'error', metadata: { code: 'BRIDGE_ERR_ACCESS' } }]);
    connect({ query: 'voice=avatar&lane=gene' }).start();
    expect(sessions.opened.map(({ wish }) => wish.voice)).toEqual([{ to: 'avatar', lane: 'gene' }]);
  });

  it('gives a user who has no name one, which the page keeps', () => {
    const client = socketRig().connect();
    client.start({ user_id: null });
    expect(client.told[0]?.user_id).toBe('user_id1');
  });

  it('takes a typed turn through accepted, stop, start, chunks and final', async () => {
    const client = socketRig().connect();
    const session = client.start();
    client.send({ type: 'invoke', session_id: 's', text: ' Hello ' });
    await settled();
    session.piece(1, { raw: '[face:joy]Hi!', text: 'Hi!', cues: [{ name: 'face', value: 'joy' }] });
    session.finish(1, '[face:joy]Hi!', 'Hi!');
    expect(session.asked).toMatchObject([{ text: 'Hello', ifBusy: 'interrupt' }]);
    expect(client.told.map(({ type }) => type)).toEqual([
      'connected',
      'accepted',
      'stop',
      'start',
      'chunk',
      'final',
    ]);
    const [, , , start, chunk, final] = client.told;
    expect(start).toMatchObject({
      context_id: session.context,
      metadata: { request_text: 'Hello', recognized_text: 'Hello' },
    });
    expect(chunk).toMatchObject({
      text: '[face:joy]Hi!',
      voice_text: 'Hi!',
      language: null,
      avatar_control_request: { face_name: 'joy', face_duration: 4 },
      control_tags: [{ name: 'face', attributes: { name: 'joy' } }],
    });
    expect(final).toMatchObject({ text: '[face:joy]Hi!', voice_text: 'Hi!', metadata: {} });
  });

  it('takes a voice turn: sound in, captions, accepted, start', () => {
    const client = socketRig().connect();
    const session = client.start({ metadata: { send_voiced: true } });
    client.send({ type: 'data', session_id: 's', audio_data: Buffer.alloc(512).toString('base64') });
    expect(session.heard.map(({ byteLength }) => byteLength)).toEqual([512]);
    client.news();
    session.events.emit('voice', true);
    session.events.emit('partial', 'What');
    session.events.emit('voice', false);
    session.events.emit('accepted');
    session.begin('What time is it?', 'voice');
    expect(client.told.find(({ type }) => type === 'info')?.metadata).toEqual({
      partial_request_text: 'What',
    });
    expect(client.news()).toEqual(['voiced', 'info', 'accepted', 'stop', 'start']);
  });

  it('tells that nothing was said, so that the page opens its microphone again', () => {
    const client = socketRig().connect();
    const session = client.start();
    client.news();
    session.events.emit('accepted');
    session.events.emit('ignored', '', 'noWords');
    expect(client.told.at(-1)?.metadata).toEqual({ reason: 'No speech recognized.' });
    expect(client.news()).toEqual(['accepted', 'canceled']);
  });

  it('hears sound of invoke where there is no text', async () => {
    const { sessions, connect } = socketRig();
    const client = connect();
    const session = client.start();
    client.news();
    const audio = wavFile(new Uint8Array(3200), 16_000).toString('base64');
    client.send({ type: 'invoke', session_id: 's', audio_data: audio });
    expect(client.news()).toEqual(['accepted']);
    await expect.poll(() => session.asked.length).toBe(1);
    expect(sessions.transcribed[0]?.byteLength).toBe(3200);
    expect(session.asked[0]?.text).toBe('What did I say?');
    expect(client.news()).toEqual(['stop', 'start']);
    client.send({ type: 'invoke', session_id: 's', text: 'Typed', audio_data: audio });
    await settled();
    expect(session.asked[1]?.text).toBe('Typed');
    expect(sessions.transcribed).toHaveLength(1);
  });

  it('tells canceled where the sound of invoke holds no words', async () => {
    const { sessions, connect } = socketRig();
    sessions.words = ' ';
    const client = connect();
    client.start();
    client.news();
    client.send({ type: 'invoke', session_id: 's', audio_data: 'AAAAAA==' });
    await expect.poll(() => client.told.length).toBe(2);
    expect(client.news()).toEqual(['accepted', 'canceled']);
  });

  it('goes on with the context of the request, else with that of start, once', async () => {
    const client = socketRig().connect();
    const session = client.start({ context_id: 'old' });
    for (const context_id of [null, null, 'other']) {
      client.send({ type: 'invoke', session_id: 's', text: 'x', context_id });
      await settled();
      session.finish(session.asked.length, 'y');
    }
    expect(session.asked.map(({ context }) => context)).toEqual(['old', undefined, 'other']);
  });

  it('asks for a picture with vision, and goes on with the same turn when it comes', async () => {
    const client = socketRig().connect();
    const session = client.start();
    client.send({ type: 'invoke', session_id: 's', text: 'What is this?' });
    await settled();
    session.piece(1, { raw: 'Let me see. [vision:camera]', text: 'Let me see.' });
    client.news();
    session.events.emit('vision', { id: 'p1', source: 'camera', turn: 1 });
    expect(client.told[0]).toMatchObject({
      type: 'vision',
      text: 'Let me see. [vision:camera]',
      metadata: { source: 'camera' },
    });
    client.news();
    const words = '$Here it is.';
    client.send({
      type: 'invoke',
      session_id: 's',
      text: words,
      files: [{ url: PICTURE }],
      wait_in_queue: true,
    });
    expect(session.given).toEqual([{ id: 'p1', picture: { image: PICTURE } }]);
    session.piece(1, { raw: 'A cat.' });
    session.finish(1, 'Let me see. A cat.');
    expect(session.asked).toHaveLength(1);
    expect(client.news()).toEqual(['accepted', 'start', 'chunk', 'final']);
  });

  it('takes a question with a picture of its own as a new turn, also while one is awaited', async () => {
    const client = socketRig().connect();
    const session = client.start();
    session.begin('What is this?', 'voice');
    session.events.emit('vision', { id: 'p1', source: 'camera', turn: 1 });
    client.send({ type: 'invoke', session_id: 's', text: 'No, look at this', files: [{ url: PICTURE }] });
    await settled();
    expect(session.given).toEqual([]);
    expect(session.asked).toMatchObject([{ text: 'No, look at this', images: [PICTURE] }]);
  });

  it('sets what config sets, and tells the client whether it may interrupt', () => {
    const client = socketRig().connect();
    const session = client.start({ metadata: { barge_in_enabled: false } });
    client.send({ type: 'config', session_id: 's', metadata: { volume_db_threshold: -35 } });
    client.send({ type: 'config', session_id: 's', metadata: { unknown: 1 } });
    expect(session.tunings).toEqual([{ bargeIn: false }, { thresholdDbfs: -35 }]);
    session.events.emit('accepted');
    expect(client.told.at(-1)?.metadata).toEqual({ block_barge_in: true });
  });

  it('closes at stop, ends what nobody hears, and lets go of its session', () => {
    const client = socketRig().connect();
    const session = client.start();
    session.begin('x', 'voice');
    client.send({ type: 'stop', session_id: 's' });
    client.socket.closed();
    expect(client.closes).toEqual([[1000, '']]);
    expect([session.interrupts, session.speechEnds, session.holds]).toEqual([1, 1, 0]);
    client.news();
    session.piece(1, { raw: 'nobody hears' });
    expect(client.news()).toEqual([]);
  });

  it('ends without session_id as AIAvatarKit does: final with the reason, then closed', () => {
    const client = socketRig().connect();
    client.send({ type: 'start', user_id: 'u' });
    expect(client.told).toMatchObject([
      {
        type: 'final',
        session_id: null,
        user_id: 'u',
        metadata: { error: 'WebSocket disconnect: session_id is required.' },
      },
    ]);
    expect(client.closes).toEqual([[1000, 'session_id is required']]);
  });

  it.each([
    ['a frame that is no JSON', 'x'],
    ['an unknown type', '{"type":"dance","session_id":"s"}'],
    ['a binary frame', undefined],
    ['sound that is none', '{"type":"data","session_id":"s","audio_data":"*"}'],
    ['another session', '{"type":"invoke","session_id":"other","text":"x"}'],
    ['a question without anything', '{"type":"invoke","session_id":"s","text":" "}'],
    ['a setting out of range', '{"type":"config","session_id":"s","metadata":{"volume_db_threshold":7}}'],
  ])('answers %s with error, and lives', async (_what, frame) => {
    const client = socketRig().connect();
    const session = client.start();
    client.news();
    client.socket.receive(frame);
    expect(client.told).toMatchObject(
      [{ type: 'error', session_id: 's', metadata: { error: /^Expected / } }].map((told) => ({
        ...told,
        metadata: { error: expect.stringMatching(/^Expected /) },
      })),
    );
    expect(client.closes).toEqual([]);
    client.send({ type: 'invoke', session_id: 's', text: 'Hello' });
    await settled();
    expect(session.asked).toHaveLength(1);
  });

  it('answers what comes before start with error: a stream of sound once, questions each', () => {
    const client = socketRig().connect();
    for (let frame = 0; frame < 100; frame++)
      client.send({ type: 'data', session_id: 's', audio_data: 'AAAAAA==' });
    expect(client.news()).toEqual(['error']);
    client.send({ type: 'invoke', session_id: 's', text: 'x' });
    client.send({ type: 'config', session_id: 's' });
    expect(client.news()).toEqual(['error', 'error']);
  });

  it('tells a question that is refused as error, with its code, and takes the next', async () => {
    const client = socketRig().connect();
    const session = client.start();
    client.news();
    session.refusal = new RequestError('BRIDGE_ERR_TURN_REFUSED', 'Too many wait');
    client.send({ type: 'invoke', session_id: 's', text: 'x' });
    await settled();
    expect(client.told).toMatchObject([
      { type: 'error', metadata: { error: 'Too many wait', code: 'BRIDGE_ERR_TURN_REFUSED' } },
    ]);
    session.refusal = undefined;
    client.send({ type: 'invoke', session_id: 's', text: 'x' });
    await settled();
    expect(client.news()).toEqual(['error', 'accepted', 'stop', 'start']);
  });

  it('gives the session to the newest connection of its caller; the reply goes on', () => {
    const { connect } = socketRig();
    const before = connect();
    const session = before.start();
    session.begin('x', 'voice');
    const after = connect();
    after.start();
    expect(before.closes).toEqual([[1000, 'Another connection took this session over']]);
    expect([session.interrupts, session.holds]).toEqual([0, 1]);
    before.socket.closed();
    expect([session.interrupts, session.holds]).toEqual([0, 1]);
  });

  it('knows nothing of a session of the same name of another caller', () => {
    const { sessions, connect } = socketRig();
    const ours = connect();
    const session = ours.start();
    const theirs = connect({ caller: { id: 'key:other', role: 'client', label: 'key:other' } });
    theirs.start();
    expect(ours.closes).toEqual([]);
    expect(sessions.opened).toHaveLength(2);
    ours.news();
    theirs.news();
    session.begin('secret', 'voice');
    expect(theirs.news()).toEqual([]);
    expect(ours.news()).toContain('start');
  });

  it('leaves its session for another that the same connection starts', () => {
    const { sessions, connect } = socketRig();
    const client = connect();
    const first = client.start();
    client.start({ session_id: 'other' });
    expect([first.holds, sessions.last.holds]).toEqual([0, 1]);
    client.send({ type: 'data', session_id: 's', audio_data: 'AAAAAA==' });
    expect(client.told.at(-1)?.type).toBe('error');
  });

  it('closes when its session ends, 1001 with the server', () => {
    const { connect } = socketRig();
    const client = connect();
    client.start().events.emit('closed', 'shutdown');
    expect(client.closes).toEqual([[1001, 'The server ends']]);
    const other = connect();
    other.start().events.emit('closed', 'idle');
    expect(other.closes).toEqual([[1000, 'The session ended']]);
  });

  it('understands the last of two recordings only', async () => {
    const { sessions, connect } = socketRig();
    let say: (words: string) => void = () => {};
    sessions.words = new Promise((resolve) => {
      say = resolve;
    });
    const client = connect();
    const session = client.start();
    client.send({ type: 'invoke', session_id: 's', audio_data: 'AAAAAA==' });
    await expect.poll(() => sessions.transcribed.length).toBe(1);
    client.send({ type: 'invoke', session_id: 's', text: 'Rather this' });
    say('late');
    await settled();
    expect(session.asked.map(({ text }) => text)).toEqual(['Rather this']);
  });

  it('does not begin a turn for a client that is gone', async () => {
    const client = socketRig().connect();
    const session = client.start();
    client.send({ type: 'invoke', session_id: 's', text: 'x' });
    client.socket.closed();
    await settled();
    expect(session.cancelled).toEqual([1]);
  });
});
