import type { TurnRecord } from '../kept/index.js';
import { errorText } from '../runtime/index.js';
import { memoryUser } from '../tools/index.js';
import type { Services } from './services.js';
import type { TurnEnd } from './turn.js';
import type { TurnRun } from './turn-run.js';

/** Writes an ended turn to what is kept, and lets the memory of the user know. Failures are logged: no turn waits for a disk. */
export function keepTurn({ ports }: Services, run: TurnRun, end: TurnEnd): void {
  const { memory, logger, user } = ports;
  const { id: session, kept } = run.plan.session;
  try {
    kept?.append(recordOf(run, end, ports.clock.wallMs() - ports.clock.nowMs()));
    kept?.soundEnded?.(end.turn);
    if (end.outcome === 'completed' || end.outcome === 'interrupted')
      memory?.remember({ user: memoryUser({ user }), session, userText: run.entry.text, reply: end.heard });
  } catch (error) {
    logger?.warn({ turn: end.turn, reason: errorText(error) }, 'a turn was not kept');
  }
}

/** @param wallOffsetMs - from the monotonic clock to the wall clock. */
export function recordOf(run: TurnRun, end: TurnEnd, wallOffsetMs: number): TurnRecord {
  const { plan } = run;
  const calls = run.entry.calls(wallOffsetMs);
  return {
    turn: end.turn,
    by: end.by,
    startedAtMs: Math.round(wallOffsetMs + (plan.startedMs ?? plan.fromMs)),
    speechEndAtMs: Math.round(wallOffsetMs + plan.fromMs),
    user: run.entry.text,
    reply: end.reply,
    heard: end.heard,
    ...(end.cut === undefined ? {} : { cut: end.cut }),
    ...(end.acknowledgement === undefined ? {} : { acknowledgement: end.acknowledgement }),
    outcome: end.outcome,
    ...(end.error === undefined ? {} : { error: { code: end.error.code, message: end.error.message } }),
    ...(calls.length === 0 ? {} : { calls }),
    trace: end.trace,
  };
}
