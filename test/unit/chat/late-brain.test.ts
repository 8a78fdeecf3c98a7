import { describe, expect, it } from 'vitest';
import { LateBrain } from '../../../src/chat/late-brain.js';
import type { SoundAnswer, SoundQuestion } from '../../../src/dialogue/index.js';
import { FakeClock } from '../../../src/runtime/index.js';
import { ScriptedSession } from '../../support/dialogue/scripted-session.js';
import { ScriptedTools } from '../../support/dialogue/scripted-tools.js';

/** A session that tells what it was told. */
class WatchedSession extends ScriptedSession {
  closed = 0;
  readonly #count: number;

  constructor(clock: FakeClock, count: number) {
    super(clock);
    this.#count = count;
  }

  override usage() {
    return { ...super.usage(), responses: this.inputs.length, inputTokens: 10 * this.#count };
  }

  override async close(): Promise<void> {
    this.closed++;
  }
}

function rig() {
  const clock = new FakeClock();
  const tools = new ScriptedTools(() => clock);
  const sessions: WatchedSession[] = [];
  const faults: Error[] = [];
  let openingMs = 200;
  const brain = new LateBrain({
    name: 'rt',
    instructions: 'You are Gene.',
    tools,
    open: async () => {
      await new Promise<void>((resolve) => clock.after(openingMs, () => resolve()));
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      const session = new WatchedSession(clock, sessions.length + 1);
      sessions.push(session);
      return session;
    },
  });
  const stop = new AbortController();
  const ask = (text: string): SoundAnswer => brain.answer(question(text, stop.signal));
  return {
    clock,
    brain,
    sessions,
    faults,
    stop,
    ask,
    opensWithin: (ms: number) => {
      openingMs = ms;
    },
  };
}

function question(text: string, signal: AbortSignal): SoundQuestion {
  const metadata = { session: 's', turn: 1, user: undefined };
  return {
    ...{ text, metadata, signal, utterances: [], images: [], functions: [] },
    instructions: ['You are Gene.'],
    onText: () => {},
    onTool: () => {},
    onResult: () => {},
    seen: async () => undefined,
  };
}

/** All of it: its bytes, or what it failed with. */
async function heard({ sound }: SoundAnswer): Promise<number | string> {
  let bytes = 0;
  try {
    for await (const { pcm } of sound) bytes += pcm.byteLength;
  } catch (error) {
    return (error as Error).message;
  }
  return bytes;
}

describe('A speech-to-speech model that is connected when it is needed', () => {
  it('is asked once its session is there, with the tools that there are', async () => {
    const t = rig();
    const sound = heard(t.ask('やあ'));
    await t.clock.advanceAsync(5000);
    expect(await sound).toBe(9 * 4800);
    expect(t.sessions).toHaveLength(1);
    expect(t.sessions[0]?.inputs[0]?.text).toBe('やあ');
    expect(t.sessions[0]?.updates).toMatchObject([
      { instructions: 'You are Gene.\n\nLook things up.', tools: [{ name: 'look_up' }] },
    ]);
  });

  it('tells a session only what is new', async () => {
    const t = rig();
    for (const text of ['一', '二']) {
      const sound = heard(t.ask(text));
      await t.clock.advanceAsync(5000);
      await sound;
    }
    expect(t.sessions).toHaveLength(1);
    expect(t.sessions[0]?.updates).toHaveLength(1);
  });

  it('is tried again with the next turn when it could not be connected', async () => {
    const t = rig();
    t.faults.push(new Error('the key was refused'));
    const first = heard(t.ask('一'));
    await t.clock.advanceAsync(5000);
    expect(await first).toBe('the key was refused');
    const second = heard(t.ask('二'));
    await t.clock.advanceAsync(5000);
    expect(await second).toBe(9 * 4800);
    expect(t.brain.usage()).toMatchObject({ engine: 'rt', requests: 1, failures: 1 });
  });

  it('does not ask for a turn that was interrupted while it was being connected', async () => {
    const t = rig();
    const answer = t.ask('一');
    const sound = heard(answer);
    await t.clock.advanceAsync(100);
    t.stop.abort(new Error('interrupted'));
    await t.clock.advanceAsync(0);
    expect(await sound).toBe('interrupted');
    expect(await answer.userText).toBeUndefined();
    await answer.truncate(0);
    await t.clock.advanceAsync(5000);
    expect(t.sessions[0]?.inputs).toEqual([]);
  });

  it('asks a new session after what was said is forgotten, and counts both', async () => {
    const t = rig();
    const first = heard(t.ask('一'));
    await t.clock.advanceAsync(5000);
    await first;
    t.brain.forget();
    await t.clock.advanceAsync(0);
    expect(t.sessions[0]?.closed).toBe(1);
    const second = heard(t.ask('二'));
    await t.clock.advanceAsync(5000);
    await second;
    expect(t.sessions.map(({ inputs }) => inputs.map(({ text }) => text))).toEqual([['一'], ['二']]);
    expect(t.brain.usage()).toMatchObject({ requests: 2, inputTokens: 30 });
  });

  it('gives up a session that was forgotten while it was being connected', async () => {
    const t = rig();
    void t.brain.prepare().catch(() => {});
    await t.clock.advanceAsync(100);
    t.brain.forget();
    t.opensWithin(50);
    const sound = heard(t.ask('二'));
    await t.clock.advanceAsync(5000);
    expect(await sound).toBe(9 * 4800);
    expect(t.sessions).toHaveLength(2);
    expect(t.sessions.map(({ inputs }) => inputs.length).sort()).toEqual([0, 1]);
    expect(t.sessions.map(({ closed }) => closed).sort()).toEqual([0, 1]);
    expect(t.brain.usage()).toMatchObject({ requests: 1 });
  });

  it('answers to the end what was asked before a shared context was forgotten, and then closes that session', async () => {
    const t = rig();
    const first = heard(t.ask('一'));
    await t.clock.advanceAsync(600);
    t.brain.forget();
    expect(t.sessions[0]?.closed).toBe(0);
    const second = heard(t.ask('二'));
    await t.clock.advanceAsync(5000);
    expect([await first, await second]).toEqual([9 * 4800, 9 * 4800]);
    expect(t.sessions.map(({ closed }) => closed)).toEqual([1, 0]);
    expect(t.sessions.map(({ inputs }) => inputs.map(({ text }) => text))).toEqual([['一'], ['二']]);
    expect(t.brain.usage()).toMatchObject({ requests: 2, inputTokens: 30 });
    t.brain.close();
    await t.clock.advanceAsync(0);
    expect(t.sessions.map(({ closed }) => closed)).toEqual([1, 1]);
    expect(t.brain.usage()).toMatchObject({ requests: 2, inputTokens: 30 });
  });

  it('answers what waited for its session when a shared context was forgotten', async () => {
    const t = rig();
    const first = heard(t.ask('一'));
    await t.clock.advanceAsync(100);
    t.brain.forget();
    await t.clock.advanceAsync(5000);
    expect(await first).toBe(9 * 4800);
    expect(t.sessions.map(({ closed }) => closed)).toEqual([1]);
  });

  it('closes a session that was forgotten as soon as its answer is called off, and at once when it is closed', async () => {
    const t = rig();
    const answer = t.ask('一');
    const sound = heard(answer);
    await t.clock.advanceAsync(600);
    t.brain.forget();
    await answer.cancel();
    await t.clock.advanceAsync(0);
    expect(t.sessions[0]?.closed).toBe(1);
    void heard(t.ask('二'));
    await t.clock.advanceAsync(600);
    t.brain.forget();
    expect(t.sessions[1]?.closed).toBe(0);
    t.brain.close();
    await t.clock.advanceAsync(0);
    expect(t.sessions[1]?.closed).toBe(1);
    await t.clock.advanceAsync(5000);
    await sound;
  });

  it('tells the model within the call where an interrupted answer was cut', async () => {
    const t = rig();
    const answer = t.ask('一');
    const sound = heard(answer);
    await t.clock.advanceAsync(600);
    void answer.truncate(321);
    expect(t.sessions[0]?.truncations).toEqual([321]);
    await t.clock.advanceAsync(5000);
    await sound;
  });

  it('is connected no more once it is closed', async () => {
    const t = rig();
    t.brain.close();
    const sound = heard(t.ask('一'));
    await t.clock.advanceAsync(5000);
    expect(await sound).toMatch(/closed/);
    expect(t.sessions).toHaveLength(0);
  });
});
