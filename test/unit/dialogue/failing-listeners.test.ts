import { describe, expect, it } from 'vitest';
import type { ConversationEvents, TurnEvents } from '../../../src/dialogue/index.js';
import { type Logger, SILENT_LOGGER } from '../../../src/runtime/index.js';
import { type Talk, talk } from '../../support/dialogue/talk.js';

/** What a program's own listener does wrong: at once, or later. */
const FAULTS: Readonly<Record<string, (error: Error) => () => void>> = {
  'throws at once': (error) => () => {
    throw error;
  },
  'is async and rejects': (error) => async () => {
    await Promise.resolve();
    throw error;
  },
};

const OF_CONVERSATION = ['phase', 'turn', 'turnEnded'] as const satisfies (keyof ConversationEvents)[];
const OF_TURN = [
  'started',
  'text',
  'chunk',
  'sounded',
  'heard',
  'ended',
] as const satisfies (keyof TurnEvents)[];

function logged() {
  const errors: unknown[] = [];
  const logger: Logger = {
    ...SILENT_LOGGER,
    error: (fields: object) => void errors.push((fields as { readonly err?: unknown }).err),
  };
  return { errors, logger };
}

/** One typed turn from its beginning to its end. */
async function turnOf(t: Talk, listen: (turn: ReturnType<Talk['conversation']['ask']>) => void = () => {}) {
  const turn = t.conversation.ask({ text: 'やあ。', by: 'typed' });
  listen(turn);
  await t.pass(10_000);
  return turn.ended;
}

describe.each(Object.entries(FAULTS))('A listener of a program that %s', (_title, faulty) => {
  it.each(OF_CONVERSATION)('at "%s" of the conversation is logged, and the turn goes on', async (name) => {
    const { errors, logger } = logged();
    const t = talk({ ports: { logger } });
    const error = new Error(`mine at ${name}`);
    t.conversation.events.on(name, faulty(error));
    expect(await turnOf(t)).toMatchObject({ outcome: 'completed' });
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors)).toEqual(new Set([error]));
    expect(await turnOf(t)).toMatchObject({ outcome: 'completed' });
    expect(await t.end()).toBe(0);
  });

  it.each(OF_TURN)('at "%s" of a turn is logged, and the turn goes on', async (name) => {
    const { errors, logger } = logged();
    const t = talk({ ports: { logger } });
    const error = new Error(`mine at ${name}`);
    const end = await turnOf(t, ({ events }) => void events.on(name, faulty(error)));
    expect(end).toMatchObject({ outcome: 'completed' });
    expect(end.heard).toBe(t.ends[0]?.heard);
    expect(errors.length).toBeGreaterThan(0);
    expect(new Set(errors)).toEqual(new Set([error]));
    expect(await t.end()).toBe(0);
  });

  it('at "error" is logged too, and the next turn works', async () => {
    const { errors, logger } = logged();
    const t = talk({
      ports: {
        logger,
        hooks: [
          {
            start: () => {
              throw new Error('a hook');
            },
          },
        ],
      },
    });
    const error = new Error('mine at error');
    t.conversation.events.on('error', faulty(error));
    expect(await turnOf(t)).toMatchObject({ outcome: 'completed' });
    expect(errors).toContain(error);
    expect(t.told.filter(([name]) => name === 'error').length).toBeGreaterThan(0);
    expect(await t.end()).toBe(0);
  });
});
