import { describe, expect, it } from 'vitest';
import { HookRunner } from '../../../src/dialogue/hook-runner.js';
import type { ConversationEvents } from '../../../src/dialogue/index.js';
import { conversationSettings, History } from '../../../src/dialogue/index.js';
import { SinkBoard } from '../../../src/dialogue/sink-board.js';
import type { TurnEnd } from '../../../src/dialogue/turn.js';
import { TurnRun } from '../../../src/dialogue/turn-run.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';
import { ScriptedModel } from '../../support/dialogue/scripted-model.js';
import { ScriptedVoice } from '../../support/dialogue/scripted-voice.js';
import { SimpleReader } from '../../support/dialogue/simple-reader.js';

type State = 'guess' | 'open' | 'failing' | 'cut' | 'over';
type Input = 'confirm' | 'letSpeak' | 'hold' | 'cut' | 'failure' | 'allHeard';

const INPUTS: readonly Input[] = ['confirm', 'letSpeak', 'hold', 'cut', 'failure', 'allHeard'];
/** As the docstring of TurnRun has it; `gone`: over, and nobody was told. '' stays. */
const NEXT: Readonly<Record<State, readonly (State | 'gone' | '')[]>> = {
  guess: ['open', '', '', 'gone', 'gone', ''],
  open: ['', '', '', 'cut', 'failing', 'over'],
  failing: ['', '', '', 'cut', 'over', 'over'],
  cut: ['', '', '', '', '', 'over'],
  over: ['', '', '', '', '', ''],
};
const cells = (Object.keys(NEXT) as State[]).flatMap((state) =>
  INPUTS.map((input, at) => ({ state, input, next: NEXT[state][at] || state })),
);

function open(isGuess: boolean) {
  const clock = new FakeClock();
  const model = new ScriptedModel(clock);
  const voice = new ScriptedVoice(clock);
  const settings = conversationSettings({ reply: { sorry: 'すみません。' } });
  const events = new Emitter<ConversationEvents>();
  const told: string[] = [];
  const ends: (TurnEnd | undefined)[] = [];
  let maySpeak = true;
  const run = new TurnRun(
    {
      ports: { clock, model, voice, openReader: () => new SimpleReader() },
      settings,
      history: new History({ clock, settings: settings.history }),
      hooks: new HookRunner({ clock, hooks: [], limitMs: 1000, onFault: () => {} }),
      sinks: new SinkBoard([], () => {}),
      events,
      session: () => ({ id: 's' }),
      isOperated: () => false,
    },
    {
      sounded: () => told.push('sounded'),
      alive: () => {},
      cut: () => told.push('cut'),
      over: (_run, end) => {
        told.push('over');
        ends.push(end);
      },
      maySpeak: () => maySpeak,
    },
    { turn: 1, by: 'voice', text: 'やあ', fromMs: 0, session: { id: 's' }, isGuess },
  );
  return {
    clock,
    model,
    voice,
    run,
    told,
    ends,
    forbid: () => {
      maySpeak = false;
    },
    pass: (ms: number) => clock.advanceAsync(ms),
  };
}

type Opened = ReturnType<typeof open>;

async function bring(state: State): Promise<Opened> {
  const t = open(state === 'guess');
  if (state === 'failing') t.model.faults.push({ kind: 'error', when: 'before' });
  t.run.start(Promise.resolve());
  await t.pass(100);
  if (state === 'cut' || state === 'over') t.run.cut();
  if (state === 'over') await t.pass(0);
  return t;
}

/** What can be seen of a state from outside. */
function seen({ run, ends }: Opened): State | 'gone' {
  if (run.isOver) return ends.length === 0 ? 'cut' : ends[0] === undefined ? 'gone' : 'over';
  if (!run.isOpen) return 'guess';
  return run.handle.turn === 1 && isApologising(run) ? 'failing' : 'open';
}

/** The reply of a turn that fails is its apology. */
function isApologising(run: TurnRun): boolean {
  return run.spokenText.includes('すみません');
}

async function give(t: Opened, input: Input): Promise<void> {
  if (input === 'allHeard') await t.pass(20_000);
  else if (input === 'failure') t.run.stuck();
  else t.run[input]();
}

describe('TurnRun', () => {
  it.each(cells.filter(({ input }) => input !== 'failure'))(
    '$state × $input → $next',
    async ({ state, input, next }) => {
      const t = await bring(state);
      expect(seen(t)).toBe(state);
      await give(t, input);
      if (state === 'cut' && input !== 'allHeard') expect(seen(t)).toBe('cut');
      else expect(seen(t)).toBe(next);
      await t.pass(20_000);
      t.run.cut();
      await t.pass(1000);
      expect(t.clock.pendingCount).toBe(0);
      expect(t.told.filter((what) => what === 'over').length).toBeLessThanOrEqual(1);
    },
  );

  it.each([
    ['guess', 'gone'],
    ['open', 'failing'],
  ] as const)('%s × failure of the model → %s', async (state, next) => {
    const t = open(state === 'guess');
    t.model.faults.push({ kind: 'error', when: 'during' });
    t.run.start(Promise.resolve());
    await t.pass(330);
    expect(seen(t)).toBe(next);
    await t.pass(20_000);
    expect(t.ends.map((end) => end?.outcome)).toEqual(state === 'guess' ? [undefined] : ['failed']);
    expect(t.clock.pendingCount).toBe(0);
  });

  it.each(['open', 'failing'] as const)(
    '%s × failure of the voice → over, without an apology that nobody hears',
    async (state) => {
      const t = await bring(state);
      t.run.stuck();
      await t.pass(1000);
      expect(t.ends).toMatchObject([{ outcome: 'failed' }]);
      expect(t.clock.pendingCount).toBe(0);
    },
  );

  it.each(['cut', 'over'] as const)('%s × failure: stays', async (state) => {
    const t = await bring(state);
    t.run.stuck();
    await t.pass(1000);
    expect(t.ends).toMatchObject([{ outcome: 'dropped' }]);
  });

  it('sounds only when it may, and keeps its place while it is held', async () => {
    const t = open(false);
    t.forbid();
    t.run.start(Promise.resolve());
    await t.pass(3000);
    expect(t.voice.sent).toEqual([]);
    t.run.letSpeak();
    await t.pass(350);
    const before = t.voice.sent.length;
    t.run.hold();
    await t.pass(5000);
    expect(t.voice.sent).toHaveLength(before);
    t.run.letSpeak();
    await t.pass(10_000);
    expect(t.voice.textOf(0)).toBe('はい、そうですね。今日はいい天気です。');
    expect(t.ends).toMatchObject([{ outcome: 'completed' }]);
  });

  it('does not wait for a voice that does not answer when it is told to be silent', async () => {
    const t = await bring('open');
    const [reply] = t.voice.replies;
    if (reply !== undefined) reply.cancel = () => new Promise(() => {});
    t.run.cut();
    await t.pass(499);
    expect(t.ends).toEqual([]);
    await t.pass(2);
    expect(t.ends).toMatchObject([{ outcome: 'dropped' }]);
  });

  it('survives a voice that throws at every call', async () => {
    const t = await bring('open');
    const [reply] = t.voice.replies;
    const broken = (): never => {
      throw new Error('no');
    };
    if (reply !== undefined)
      Object.assign(reply, { cancel: broken, heard: broken, pause: broken, resume: broken });
    t.run.hold();
    t.run.letSpeak();
    t.run.cut();
    await t.pass(1000);
    expect(t.ends).toMatchObject([{ outcome: 'dropped' }]);
  });
});
