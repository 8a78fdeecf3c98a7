import { describe, expect, it } from 'vitest';
import { commentsView } from '../../../src/app/comments-view.js';
import { SettingsView } from '../../../src/app/settings-view.js';
import { TurnBoard } from '../../../src/app/turn-board.js';
import type { Comment, CommentsEvents, CommentsStatus } from '../../../src/comments/index.js';
import { resolveConfig } from '../../../src/config/index.js';
import { Emitter, FakeClock } from '../../../src/runtime/index.js';
import type { SessionEvents } from '../../../src/sessions/index.js';
import { FakeSession } from '../../support/api/fake-sessions.js';

const CALLER = { id: 'key:ann', role: 'client', label: 'key:ann' } as const;

describe('TurnBoard', () => {
  function session(): FakeSession {
    return new FakeSession('s1', { caller: CALLER, name: 'one', by: 'aiavatar', voice: { to: 'nobody' } });
  }
  const end: SessionEvents['ended'][0] = {
    ...{ turn: 1, outcome: 'completed', context: 'c', user: 'my secret', reply: 'r', heard: 'h' },
    error: undefined,
    trace: { firstToken: 100, ended: 900 },
  };

  it('notes when stages were reached, and nothing that was said', () => {
    const board = new TurnBoard(new FakeClock());
    const one = session();
    board.watchSession(one);
    one.events.emit('turn', { turn: 1, by: 'voice', text: 'my secret', context: 'c' });
    one.events.emit('ended', end);
    expect(board.turns).toEqual([
      {
        ...{ protocol: 'aiavatar', session: 's1', turn: 1, by: 'voice', outcome: 'completed' },
        trace: { firstToken: 100, ended: 900 },
        endedAtMs: new FakeClock().wallMs(),
      },
    ]);
    expect(JSON.stringify(board.turns)).not.toContain('secret');
  });

  it('keeps the newest 500', () => {
    const board = new TurnBoard(new FakeClock());
    const one = session();
    board.watchSession(one);
    for (let turn = 1; turn <= 620; turn++) one.events.emit('ended', { ...end, turn });
    expect(board.turns).toHaveLength(500);
    expect(board.turns.at(0)?.turn).toBe(121);
    expect(board.turns.at(-1)?.turn).toBe(620);
  });
});

describe('commentsView', () => {
  it('tells the queue, and the newest drops with their reasons', () => {
    const events = new Emitter<CommentsEvents>();
    const paused: boolean[] = [];
    const status = { isPaused: false, waiting: 3, asking: undefined, sources: [], counts: COUNTS };
    const view = commentsView(
      {
        events,
        status: status satisfies CommentsStatus,
        setPaused: (isPaused) => void paused.push(isPaused),
      },
      new FakeClock(),
    );
    for (let at = 0; at < 60; at++)
      events.emit(
        'dropped',
        { source: 'yt', author: { name: `a${at}` }, text: '<b>x</b>' } as Comment,
        'full' as never,
      );
    const told = view.status();
    expect(told).toMatchObject({ isPaused: false, waiting: 3, counts: { accepted: 4 } });
    expect(told.drops).toHaveLength(50);
    expect(told.drops[0]).toMatchObject({ source: 'yt', author: 'a59', text: '<b>x</b>', reason: 'full' });
    view.setPaused(true);
    expect(paused).toEqual([true]);
  });
});

const COUNTS = { accepted: 4, asked: 1, answered: 1, dropped: { full: 60 } } as CommentsStatus['counts'];

describe('SettingsView', () => {
  const resolve = (lane: string) =>
    resolveConfig({
      flags: { link: ['simulator:'], lane },
      env: { BRIDGE_KEY: 'k-hunter2-long-enough' },
    });

  it('shows every setting with its origin, and no secret', async () => {
    const view = new SettingsView(new FakeClock(), await resolve('main'), {
      names: ['default', 'hana'],
      standard: 'hana',
    });
    const told = view.told();
    expect(told.settings.find(({ key }) => key === 'lane')).toMatchObject({ value: 'main', origin: 'flag' });
    expect(told.personas).toEqual([
      { name: 'default', isStandard: false },
      { name: 'hana', isStandard: true },
    ]);
    expect(told.reload).toEqual({ takenAtMs: undefined, refused: undefined });
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('tells what became of changes: refused until the next that is right', async () => {
    const clock = new FakeClock();
    const view = new SettingsView(clock, await resolve('main'), { names: ['default'], standard: 'default' });
    view.refused('personas.hana: expected …');
    expect(view.told().reload.refused).toEqual({ atMs: clock.wallMs(), reason: 'personas.hana: expected …' });
    clock.advance(1000);
    view.taken(await resolve('other'), { names: ['default', 'ken'], standard: 'ken' });
    const { reload, settings, personas } = view.told();
    expect(reload).toEqual({ takenAtMs: clock.wallMs(), refused: undefined });
    expect(settings.find(({ key }) => key === 'lane')?.value).toBe('other');
    expect(personas).toContainEqual({ name: 'ken', isStandard: true });
  });
});
