import type { ToolCall } from '../../llm/index.js';
import type { RealtimeConnection } from './connection.js';
import type { TurnRun } from './turn-run.js';

/** How many turns are remembered for what comes late: transcripts, refusals. */
const MAX_REMEMBERED = 64;

/** Which turn something belongs to that a server tells. Old turns are forgotten. */
export class TurnBook {
  /** Those that are not done with their answer. */
  readonly live = new Set<TurnRun>();
  readonly #byId = new Map<string, TurnRun>();
  readonly #byResponse = new Map<string, TurnRun>();
  readonly #byUserItem = new Map<string, TurnRun>();
  readonly #calls = new Map<string, { readonly call: ToolCall; readonly connection: RealtimeConnection }>();
  readonly #answered = new Map<string, true>();
  #committing: TurnRun[] = [];

  add(turn: TurnRun): void {
    this.live.add(turn);
    keep(this.#byId, turn.id, turn);
  }

  get all(): readonly TurnRun[] {
    return [...this.#byId.values()];
  }

  /** By the name of one of our events, `TURN.what`. */
  ofEvent(eventId: string | undefined): { readonly turn: TurnRun; readonly what: string } | undefined {
    const at = eventId?.indexOf('.') ?? -1;
    const turn = this.#byId.get(eventId?.slice(0, at) ?? '');
    return turn === undefined ? undefined : { turn, what: eventId?.slice(at + 1) ?? '' };
  }

  ofResponse(responseId: string): TurnRun | undefined {
    return this.#byResponse.get(responseId);
  }

  bindResponse(responseId: string, turn: TurnRun): void {
    keep(this.#byResponse, responseId, turn);
  }

  ofUserItem(itemId: string): TurnRun | undefined {
    return this.#byUserItem.get(itemId);
  }

  bindUserItem(itemId: string, turn: TurnRun): void {
    keep(this.#byUserItem, itemId, turn);
  }

  expectCommit(turn: TurnRun): void {
    this.#committing.push(turn);
  }

  /** Whose sound has become an item. */
  nextCommit(): TurnRun | undefined {
    return this.#committing.shift();
  }

  /** It was refused. */
  dropCommit(turn: TurnRun): void {
    this.#committing = this.#committing.filter((other) => other !== turn);
  }

  keepCall(call: ToolCall, connection: RealtimeConnection): void {
    keep(this.#calls, call.id, { call, connection });
  }

  foreignCall(callId: string, connection: RealtimeConnection): ToolCall | undefined {
    const kept = this.#calls.get(callId);
    return kept === undefined || kept.connection === connection ? undefined : kept.call;
  }

  answered(callId: string): void {
    keep(this.#answered, callId, true);
  }

  isAnswered(callId: string | undefined): boolean {
    return callId !== undefined && this.#answered.has(callId);
  }

  /** A connection is gone, and with it what it would have told. */
  forgetConnection(): void {
    this.#committing = [];
    this.#byResponse.clear();
    this.#byUserItem.clear();
  }
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
