import { describe, expect, it } from 'vitest';
import {
  AVATAR_TABLE,
  type AvatarInput,
  type AvatarState,
  Floor,
  phaseOf,
  USER_TABLE,
  type UserInput,
  type UserState,
} from '../../../src/dialogue/floor.js';
import type { Phase } from '../../../src/expression/index.js';
import { FakeClock } from '../../../src/runtime/index.js';

const USER_PATHS: Readonly<Record<UserState, readonly UserInput[]>> = {
  silent: [],
  voicing: ['began'],
  pausing: ['began', 'paused'],
  knowing: ['began', 'ended'],
};
const USER_INPUTS: readonly UserInput[] = ['began', 'paused', 'wentOn', 'ended', 'known', 'dropped', 'close'];
/** As the docstring of Floor has it. */
const USER_NEXT: Readonly<Record<UserState, readonly (UserState | '')[]>> = {
  silent: ['voicing', '', '', '', '', '', ''],
  voicing: ['', 'pausing', '', 'knowing', '', 'silent', 'silent'],
  pausing: ['voicing', '', 'voicing', 'knowing', '', 'silent', 'silent'],
  knowing: ['voicing', '', '', '', 'silent', 'silent', 'silent'],
};
const AVATAR_PATHS: Readonly<Record<AvatarState, readonly AvatarInput[]>> = {
  resting: [],
  thinking: ['start'],
  speaking: ['start', 'sounded'],
  yielding: ['start', 'yield'],
};
const AVATAR_INPUTS: readonly AvatarInput[] = ['start', 'sounded', 'yield', 'resume', 'end', 'close'];
const AVATAR_NEXT: Readonly<Record<AvatarState, readonly (AvatarState | '')[]>> = {
  resting: ['thinking', '', '', '', '', ''],
  thinking: ['thinking', 'speaking', 'yielding', '', 'resting', 'resting'],
  speaking: ['thinking', '', 'yielding', '', 'resting', 'resting'],
  yielding: ['thinking', 'yielding', '', 'thinking', 'resting', 'resting'],
};

function open(limitsMs: Readonly<Record<string, number>> = {}) {
  const clock = new FakeClock();
  const phases: Phase[] = [];
  const stuck: string[] = [];
  const floor = new Floor({
    clock,
    limitsMs,
    onPhase: (phase) => phases.push(phase),
    onStuck: (state) => stuck.push(state),
  });
  return { clock, floor, phases, stuck };
}

const userCells = (Object.keys(USER_NEXT) as UserState[]).flatMap((state) =>
  USER_INPUTS.map((input, at) => ({ state, input, next: USER_NEXT[state][at] || state })),
);
const avatarCells = (Object.keys(AVATAR_NEXT) as AvatarState[]).flatMap((state) =>
  AVATAR_INPUTS.map((input, at) => ({ state, input, next: AVATAR_NEXT[state][at] || state })),
);

describe('Floor', () => {
  it.each(userCells)('user: $state × $input → $next', ({ state, input, next }) => {
    const { floor } = open();
    for (const step of USER_PATHS[state]) floor.tellUser(step);
    expect(floor.user).toBe(state);
    floor.tellUser(input);
    expect(floor.user).toBe(next);
    expect(USER_TABLE[state][input] ?? state).toBe(next);
  });

  it.each(avatarCells)('avatar: $state × $input → $next', ({ state, input, next }) => {
    const { floor } = open();
    for (const step of AVATAR_PATHS[state]) floor.tellAvatar(step);
    expect(floor.avatar).toBe(state);
    floor.tellAvatar(input);
    expect(floor.avatar).toBe(next);
    expect(AVATAR_TABLE[state][input] ?? state).toBe(next);
  });

  it('goes back to what it yielded from, also when the first sound left meanwhile', () => {
    const { floor } = open();
    for (const input of ['start', 'sounded', 'yield', 'resume'] as const) floor.tellAvatar(input);
    expect(floor.avatar).toBe('speaking');
    for (const input of ['start', 'yield', 'sounded', 'resume'] as const) floor.tellAvatar(input);
    expect(floor.avatar).toBe('speaking');
  });

  it('shows who speaks, and tells of changes only', () => {
    const { floor, phases } = open();
    floor.tellUser('began');
    floor.tellUser('paused');
    floor.tellUser('ended');
    floor.tellAvatar('start');
    floor.tellUser('known');
    floor.tellAvatar('sounded');
    floor.tellUser('began');
    floor.tellAvatar('yield');
    floor.tellUser('dropped');
    floor.tellAvatar('end');
    expect(phases).toEqual(['listening', 'thinking', 'speaking', 'listening', 'idle']);
    expect(phaseOf('knowing', 'resting')).toBe('thinking');
  });

  it.each([
    ['voicing', ['began'], []],
    ['pausing', ['began', 'paused'], []],
    ['knowing', ['began', 'ended'], []],
    ['thinking', [], ['start']],
    ['speaking', [], ['start', 'sounded']],
    ['yielding', [], ['start', 'yield']],
  ] as const)('tells that %s lasts too long, and closes without timers', (state, user, avatar) => {
    const { floor, clock, stuck } = open({ [state]: 1000 });
    for (const input of user) floor.tellUser(input);
    for (const input of avatar) floor.tellAvatar(input);
    clock.advance(999);
    expect(stuck).toEqual([]);
    clock.advance(2);
    expect(stuck).toEqual([state]);
    floor.tellUser('began');
    floor.tellAvatar('start');
    floor.close();
    expect(clock.pendingCount).toBe(0);
  });

  it('counts anew at every sign of life', () => {
    const { floor, clock, stuck } = open({ speaking: 1000 });
    floor.tellAvatar('start');
    floor.tellAvatar('sounded');
    for (let sign = 0; sign < 5; sign++) {
      clock.advance(900);
      floor.alive('speaking');
    }
    expect(stuck).toEqual([]);
    clock.advance(1001);
    expect(stuck).toEqual(['speaking']);
  });
});
