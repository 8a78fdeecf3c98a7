import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Chat } from '../chat/index.js';
import type { TurnEnd } from '../dialogue/index.js';
import type { Session } from '../sessions/index.js';

/** Where listeners begin to notice stand more. */
const STAGE_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];

type Usage = ReturnType<Chat['usage']>[number];

/** What conversations cost in time, tokens and words, for Prometheus; one registry per app. Names are documented in the README. */
export class TurnMetrics {
  readonly #registry = new Registry();
  readonly #stages: Histogram<'stage'>;
  readonly #turns: Counter<'outcome' | 'by'>;
  readonly #characters: Counter;
  readonly #tokens: Counter<'engine' | 'direction'>;
  readonly #sessions: Counter<'protocol'>;

  /** @param openSessions - how many there are now, by protocol. */
  constructor(openSessions: () => Readonly<Record<string, number>> = () => ({})) {
    const registers = [this.#registry];
    this.#stages = new Histogram({
      name: 'bridge_turn_stage_seconds',
      help: "When the stages of a turn were reached, after the user's words were complete",
      labelNames: ['stage'],
      buckets: STAGE_BUCKETS,
      registers,
    });
    this.#turns = new Counter({
      name: 'bridge_turns_total',
      help: 'Turns of conversations by how they ended and who began them',
      labelNames: ['outcome', 'by'],
      registers,
    });
    this.#characters = new Counter({
      name: 'bridge_reply_characters_total',
      help: 'Characters of replies that were given to the voice',
      registers,
    });
    this.#tokens = new Counter({
      name: 'bridge_llm_tokens_total',
      help: 'Tokens as language models counted them',
      labelNames: ['engine', 'direction'],
      registers,
    });
    this.#sessions = new Counter({
      name: 'bridge_sessions_total',
      help: 'Sessions that clients opened, by protocol',
      labelNames: ['protocol'],
      registers,
    });
    const open = new Gauge({
      name: 'bridge_sessions',
      help: 'Sessions that are open, by protocol',
      labelNames: ['protocol'],
      registers,
      collect: () => {
        open.reset();
        for (const [protocol, count] of Object.entries(openSessions())) open.set({ protocol }, count);
      },
    });
  }

  /** Counts every turn of a client's session. */
  watchSession({ events, wish }: Pick<Session, 'events' | 'wish'>): void {
    this.#sessions.inc({ protocol: wish.by });
    const by = new Map<number, string>();
    events.on('turn', (turn) => by.set(turn.turn, turn.by));
    events.on('piece', ({ text }) => this.#characters.inc([...text].length));
    events.on('ended', ({ turn, outcome, trace }) => {
      this.#ended({ outcome, trace, by: by.get(turn) ?? 'typed' });
      by.delete(turn);
    });
  }

  /** Counts every turn of this conversation, whoever began it. */
  watch({ conversation, usage }: Pick<Chat, 'conversation' | 'usage'>): void {
    let before = new Map<string, Usage>();
    conversation.events.on('turn', ({ events }) => {
      events.on('chunk', ({ text }) => this.#characters.inc([...text].length));
    });
    conversation.events.on('turnEnded', (end) => {
      this.#ended(end);
      const now = usage();
      for (const used of now) this.#used(used, before.get(used.engine));
      before = new Map(now.map((used) => [used.engine, used]));
    });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #ended({ outcome, by, trace }: Pick<TurnEnd, 'outcome' | 'trace'> & { readonly by: string }): void {
    this.#turns.inc({ outcome, by });
    for (const [stage, ms] of Object.entries(trace)) this.#stages.observe({ stage }, ms / 1000);
  }

  #used({ engine, inputTokens, outputTokens }: Usage, before: Usage | undefined): void {
    this.#tokens.inc({ engine, direction: 'input' }, inputTokens - (before?.inputTokens ?? 0));
    this.#tokens.inc({ engine, direction: 'output' }, outputTokens - (before?.outputTokens ?? 0));
  }
}
