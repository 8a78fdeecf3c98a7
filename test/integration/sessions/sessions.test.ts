import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/index.js';
import { RequestError } from '../../../src/runtime/index.js';
import type { Session, SessionPiece, SessionTurn } from '../../../src/sessions/index.js';
import {
  CALLER,
  OPERATOR,
  OTHER,
  recorded,
  type SessionRig,
  sessionRig,
} from '../../support/sessions/session-rig.js';

const PNG = 'data:image/png;base64,iVBORw0KGgo=';

async function answer(session: Session, text: string, context?: string): Promise<string> {
  const asked = await session.ask({ text, ...(context === undefined ? {} : { context }) });
  return (await asked.ended).heard;
}

function once<T>(when: (done: (value: T) => void) => unknown): Promise<T> {
  return new Promise((done) => void when(done));
}

describe('Sessions', () => {
  const rigs: SessionRig[] = [];
  afterEach(async () => {
    await Promise.all(rigs.splice(0).map(({ sessions }) => sessions.close()));
  });
  function rig(...options: Parameters<typeof sessionRig>): SessionRig {
    const made = sessionRig(...options);
    rigs.push(made);
    return made;
  }

  it('answer what is asked, and tell of it in order', async () => {
    const session = rig().open();
    const told = recorded(session);
    expect(await answer(session, 'hello')).toBe('You said hello. There were 1 messages.');
    const names = told.map(({ name }) => name).filter((name) => !['phase', 'heard', 'face'].includes(name));
    expect(names).toEqual(['turn', 'piece', 'piece', 'given', 'ended']);
    const pieces = told.filter(({ name }) => name === 'piece').map(({ args }) => args[0] as SessionPiece);
    expect(pieces.map(({ raw }) => raw)).toEqual(['[face:joy]You said hello.', ' There were 1 messages.']);
    expect(pieces[0]?.cues).toMatchObject([{ name: 'face', value: 'joy' }]);
    expect(told.find(({ name }) => name === 'given')?.args).toEqual([
      1,
      '[face:joy]You said hello. There were 1 messages.',
      'You said hello. There were 1 messages.',
    ]);
  });

  it('give the sound of each piece, whole and as it comes, where the client plays it', async () => {
    const session = rig().open({ voice: { to: 'client', sampleRateHz: 16_000 } });
    const told = recorded(session);
    await answer(session, 'hello');
    const sound = told
      .filter(({ name }) => name === 'sound')
      .map(({ args }) => args[0] as { pcm: Uint8Array; fromMs: number });
    const streamed = sound.reduce((sum, { pcm }) => sum + pcm.byteLength, 0);
    const spans = told.flatMap(({ name, args }) =>
      name === 'piece' ? [(args[0] as SessionPiece).span] : [],
    );
    expect(spans[0]?.startMs).toBe(0);
    expect(spans[1]?.startMs).toBe(spans[0]?.endMs);
    expect(streamed / 32).toBeCloseTo(spans.at(-1)?.endMs ?? 0, 0);
    const at = (wanted: string): number => told.findIndex(({ name }) => name === wanted);
    expect(at('given')).toBeLessThan(at('ended'));
  });

  it('of the same name are one for one caller, and another for another', async () => {
    const { open } = rig();
    const one = open();
    expect(open()).toBe(one);
    const other = open({ caller: OTHER });
    expect(other).not.toBe(one);
    await answer(one, 'my secret is 42');
    expect(await answer(other, 'hello')).toBe('You said hello. There were 1 messages.');
    // Nor does the context of another caller go on, though its name is known.
    expect(await answer(other, 'again', one.context)).toBe('You said again. There were 1 messages.');
    expect(other.context).not.toBe(one.context);
    expect(JSON.stringify(other.messages())).not.toContain('42');
  });

  it('speak on an avatar only for callers that may, and on the one that is meant, whatever protocol asks', () => {
    const laneFor = ({ role }: Caller, lane: string | undefined): string | undefined => {
      if (role === 'operator') return lane ?? 'stage';
      throw new RequestError('BRIDGE_ERR_ACCESS', 'not this caller');
    };
    const { open, sessions } = rig({ laneFor });
    const voice = { to: 'avatar' } as const;
    expect(() => open({ voice })).toThrow('not this caller');
    expect(sessions.list(OPERATOR)).toEqual([]);
    expect(open({ caller: OPERATOR, voice }).wish.voice).toEqual({ to: 'avatar', lane: 'stage' });
    expect(open({ name: 'other' }).wish.voice).toEqual({ to: 'nobody' });
  });

  it('are seen by their caller and by operators only', () => {
    const { open, sessions } = rig();
    const one = open();
    open({ caller: OTHER });
    expect(sessions.list(CALLER).map(({ id }) => id)).toEqual([one.id]);
    expect(sessions.list(OPERATOR).length).toBe(2);
    expect(sessions.byId(OTHER, one.id)).toBeUndefined();
    expect(sessions.byId(OPERATOR, one.id)).toBe(one);
    expect(sessions.find(OTHER, 'two')).toBeUndefined();
  });

  it('remember within a context, and go on with one that is named, also from another session', async () => {
    const { open } = rig();
    const one = open();
    await answer(one, 'first');
    expect(await answer(one, 'second')).toContain('There were 3 messages');
    const { context } = one;
    await one.close();
    const two = open({ name: 'two' });
    expect(await answer(two, 'third', context)).toContain('There were 5 messages');
    expect(two.context).toBe(context);
    expect(
      two
        .messages()
        .filter(({ role }) => role === 'user')
        .map(({ text }) => text),
    ).toEqual(['first', 'second', 'third']);
  });

  it('begin a new context for a name that nobody knows, and tell it', async () => {
    const session = rig().open();
    const turn = once<SessionTurn>((done) => session.events.on('turn', done));
    await answer(session, 'hello', 'made-up');
    expect((await turn).context).toBe(session.context);
    expect(session.context).not.toBe('made-up');
  });

  it('sleep when they are quiet, without forgetting', async () => {
    const { open } = rig();
    const session = open();
    await answer(session, 'first');
    await (session as unknown as { sleep(): Promise<void> }).sleep();
    expect(session.messages().length).toBe(2);
    expect(await answer(session, 'second')).toContain('There were 3 messages');
  });

  it('forget when they are told to', async () => {
    const session = rig().open();
    await answer(session, 'first');
    const before = session.context;
    await session.forget();
    expect(session.context).not.toBe(before);
    expect(session.messages()).toEqual([]);
    expect(await answer(session, 'second', before)).toContain('There were 1 messages');
  });

  it('take a changed persona at the next turn, and remember what was said', async () => {
    const { open, model, sessions } = rig();
    const session = open();
    await answer(session, 'first');
    sessions.replacePersonas(
      { default: { llm: { custom: { echo: model } }, systemPrompt: 'You are a cat.' } },
      'default',
    );
    expect(await answer(session, 'second')).toContain('You said second');
    expect(JSON.stringify(model.requests.at(-1))).toContain('You are a cat.');
    expect(session.messages().length).toBe(4);
  });

  it('of a persona that is gone say so, and those of others go on', async () => {
    const { open, model, sessions } = rig();
    const personas = { default: { llm: { custom: { echo: model } } } };
    sessions.replacePersonas({ ...personas, cat: { ...personas.default, systemPrompt: 'Meow.' } }, 'default');
    const cat = open({ name: 'cat', persona: 'cat' });
    await answer(cat, 'hello');
    sessions.replacePersonas(personas, 'default');
    await expect(cat.ask({ text: 'still there?' })).rejects.toThrow(/personas default/);
    expect(() => open({ name: 'dog', persona: 'dog' })).toThrow(
      /Expected one of the personas default, got "dog"/,
    );
    expect(await answer(open(), 'hello')).toContain('You said hello');
  });

  it('show the model what the client shows', async () => {
    const session = rig({}, { tools: { vision: {} } }).open();
    const letGo = session.hold();
    session.events.on('vision', ({ id }) => session.give(id, { image: PNG }));
    expect(await answer(session, 'look')).toContain('with a picture');
    letGo();
  });

  it('end a reply when another question comes, and say so once', async () => {
    const session = rig().open();
    const told = recorded(session);
    const first = await session.ask({ text: 'slowly one' });
    const second = await session.ask({ text: 'two' });
    expect((await first.ended).outcome).not.toBe('completed');
    expect((await second.ended).outcome).toBe('completed');
    expect(told.filter(({ name }) => name === 'ended').length).toBe(2);
    expect([first.turn, second.turn]).toEqual([1, 2]);
  });

  it('tell a failing model to the client, and live on', async () => {
    const session = rig({}, {}).open();
    const failed = await session.ask({ text: 'fail' });
    const end = await failed.ended;
    expect(end.outcome).toBe('failed');
    expect(end.error?.code).toMatch(/^BRIDGE_ERR_/);
    expect(await answer(session, 'hello')).toContain('You said hello');
  });

  it('begin with what the client kept, and say no welcome to it', async () => {
    const session = rig({}, { conversation: { welcome: 'Welcome!' } }).open({
      said: [
        { role: 'user', text: 'earlier' },
        { role: 'assistant', text: 'answer' },
      ],
    });
    expect(await answer(session, 'now')).toContain('There were 3 messages');
  });

  it('greet who is new, once', async () => {
    const session = rig({}, { conversation: { welcome: 'Welcome!' } }).open();
    const greeting = await session.greet();
    expect((await greeting?.ended)?.heard).toBe('Welcome!');
    await answer(session, 'hello');
    expect(await session.greet()).toBeUndefined();
  });

  it('are answered by an operator who took over, before the first word or while the model is asked', async () => {
    const session = rig().open();
    session.takeOver();
    expect(session.isOperated).toBe(true);
    const asked = await session.ask({ text: 'who are you' });
    const said = await session.say('[face:joy]A person.');
    expect(said.turn).toBe(asked.turn);
    expect(await asked.ended).toMatchObject({
      outcome: 'completed',
      user: 'who are you',
      heard: 'A person.',
    });
    session.handBack();
    expect(session.isOperated).toBe(false);
    expect(await answer(session, 'and now')).toContain('You said and now.');
  });

  it('stay with their operator over a sleep, and a waiting question goes to the model when they are handed back', async () => {
    const { open, sessions } = rig();
    const session = open() as Session & { sleep(): Promise<void> };
    await answer(session, 'hello');
    session.takeOver();
    await session.sleep();
    const asked = await session.ask({ text: 'anybody there' });
    expect(sessions.list(OPERATOR)).toMatchObject([{ isOperated: true, turns: 2 }]);
    session.handBack();
    expect((await asked.ended).heard).toContain('You said anybody there.');
  });

  it('show what a line of tags alone asks for', async () => {
    const session = rig().open();
    const told = recorded(session);
    const { ended } = await session.say('[face:joy]');
    expect(await ended).toMatchObject({ outcome: 'completed', heard: '' });
    expect(told.flatMap(({ name, args }) => (name === 'face' ? [args[0]] : []))).toContain('joy');
  });

  it("are bounded for each caller: a quiet one of its own gives way, nobody else's", async () => {
    const { open, sessions } = rig({
      limits: { maxSessions: 3, maxPerCaller: { visitor: 1, client: 2, operator: 9 } },
    });
    const other = open({ caller: OTHER });
    const held = open({ name: 'held' });
    const letGo = held.hold();
    const quiet = open({ name: 'quiet' });
    const closed = once<string>((done) => quiet.events.on('closed', done));
    open({ name: 'third' });
    expect(await closed).toBe('displaced');
    expect(sessions.byId(OPERATOR, other.id)).toBe(other);
    open({ name: 'third' }).hold();
    expect(() => open({ name: 'fourth' })).toThrow(/none of them is quiet/);
    letGo();
  });

  it('hear a voice in blocks of any length, and answer it', async () => {
    const session = rig().open({ voice: { to: 'nobody' } });
    const told = recorded(session);
    const turn = once<SessionTurn>((done) => session.events.on('turn', done));
    const ended = once((done) => session.events.on('ended', done));
    const { voiceBlocks } = await import('../../support/sessions/voice-blocks.js');
    for await (const block of voiceBlocks(16)) session.hear(block);
    expect((await turn).by).toBe('voice');
    expect((await turn).text).toMatch(/^about \d seconds$/);
    await ended;
    const names = told.map(({ name }) => name);
    expect(names.indexOf('voice')).toBeLessThan(names.indexOf('accepted'));
    expect(names.indexOf('accepted')).toBeLessThan(names.indexOf('turn'));
  }, 30_000);

  it('cost next to nothing for a muted microphone: nothing is opened for it', async () => {
    const { open, model } = rig();
    const session = open();
    const internals = session as unknown as { hear(pcm: Uint8Array): void };
    for (let block = 0; block < 50; block++) internals.hear(new Uint8Array(512));
    expect(session.phase).toBe('idle');
    expect(model.requests.length).toBe(0);
  });

  it('refuse everything after the end', async () => {
    const { open, sessions } = rig();
    const session = open();
    await answer(session, 'hello');
    await sessions.close();
    await expect(session.ask({ text: 'more' })).rejects.toThrow(/has ended/);
    expect(() => open()).toThrow(/closing/);
  });
});

describe('Speech without a conversation', () => {
  it('is made of a text', async () => {
    const { sessions } = sessionRig();
    const { pcm, sampleRateHz } = await sessions.synthesize('Hello.', {
      caller: CALLER,
      sampleRateHz: 16_000,
    });
    expect([pcm.byteLength, sampleRateHz]).toEqual([300 * 32, 16_000]);
    await expect(sessions.synthesize('x'.repeat(5001), { caller: CALLER })).rejects.toThrow(/at most 5000/);
    await sessions.close();
  });

  it('is written down', async () => {
    const { sessions } = sessionRig();
    expect(await sessions.transcribe(new Uint8Array(96_000), { caller: CALLER })).toBe('about 3 seconds');
    await expect(sessions.transcribe(new Uint8Array(130 * 32_000), { caller: CALLER })).rejects.toThrow(
      /at most 120 s/,
    );
    await sessions.close();
  });

  it('is written down as it comes', async () => {
    const { sessions } = sessionRig();
    const dictation = await sessions.dictate(CALLER);
    const words = once<string>((done) => dictation.events.on('final', done));
    const { voiceBlocks } = await import('../../support/sessions/voice-blocks.js');
    for await (const block of voiceBlocks(20)) dictation.hear(block);
    expect(await words).toMatch(/^about \d seconds$/);
    await dictation.close();
    await sessions.close();
  }, 30_000);
});
