import type { ReplyPiece } from '../expression/index.js';
import type { HeardReply } from '../reply/index.js';
import { type BridgeError, Emitter, SILENT_LOGGER } from '../runtime/index.js';
import type { TurnMetadata } from '../tools/index.js';
import { ChunkLog } from './chunk-log.js';
import type { Stage } from './conversation-events.js';
import type { HistoryEntry } from './history-entry.js';
import type { TurnFacts } from './hooks.js';
import type { Services } from './services.js';
import { deferred } from './settled.js';
import type { ToolNews, TurnEnd, TurnEvents, TurnHandle } from './turn.js';
import { TurnNotes } from './turn-notes.js';
import type { TurnPlan } from './turn-plan.js';

/** Tells the world how one turn goes: its handle, hooks and sinks; nothing of a guess before it is confirmed. */
export class TurnTeller {
  readonly handle: TurnHandle;
  /** What a `request` hook made of it. */
  metadata: Readonly<Record<string, unknown>>;
  readonly #services: Services;
  readonly #plan: TurnPlan;
  readonly #entry: HistoryEntry;
  readonly #notes: TurnNotes;
  readonly #chunks = new ChunkLog();
  readonly #ended = deferred<TurnEnd>();
  #chunkCount = 0;

  constructor(services: Services, plan: TurnPlan, entry: HistoryEntry, cancel: () => void) {
    this.#services = services;
    this.#plan = plan;
    this.#entry = entry;
    this.#notes = new TurnNotes(plan.isGuess);
    this.metadata = plan.metadata ?? {};
    const { logger = SILENT_LOGGER } = services.ports;
    const events = new Emitter<TurnEvents>();
    events.onListenerError = (error) =>
      logger.error({ err: error, turn: plan.turn }, 'a listener of a turn failed');
    this.handle = {
      turn: plan.turn,
      by: plan.by,
      events,
      ended: this.#ended.promise,
      chunks: () => this.#chunks.read(),
      cancel,
    };
  }

  facts(): TurnFacts {
    const { turn, by } = this.#plan;
    const { ports } = this.#services;
    const { text, images } = this.#entry;
    return {
      session: this.#plan.session.id,
      turn,
      by,
      user: ports.user,
      text,
      images,
      metadata: this.metadata,
    };
  }

  /** For tools, guards and eyes. */
  about(): TurnMetadata {
    const { session, turn, user, metadata } = this.facts();
    return { ...metadata, session, turn, user };
  }

  confirm(): void {
    this.#notes.open();
  }

  start(): void {
    const { sinks, hooks } = this.#services;
    const facts = this.facts();
    this.#notes.tell(() => {
      sinks.caption('', 'avatar');
      if (facts.text !== '') sinks.caption(facts.text, 'user');
      this.handle.events.emit('started', facts.text);
      hooks.tell('start', facts);
    });
  }

  userText(text: string, isOver: boolean): void {
    if (!isOver) this.#services.sinks.caption(text, 'user');
    this.handle.events.emit('userText', text);
  }

  text(delta: string): void {
    this.#notes.tell(() => this.handle.events.emit('text', delta));
  }

  tool(news: ToolNews): void {
    this.#entry.callTimes.note(news, this.#services.ports.clock.nowMs());
    this.#notes.tell(() => this.handle.events.emit('tool', news));
  }

  vision(source: string): void {
    this.#notes.tell(() => this.handle.events.emit('vision', source));
  }

  piece({ raw, text, cues, language }: ReplyPiece): void {
    const index = this.#chunkCount++;
    const chunk = { turn: this.#plan.turn, index, isFirst: index === 0, raw, text, cues, language };
    const facts = this.facts();
    this.#notes.tell(() => {
      this.#chunks.add(chunk);
      this.handle.events.emit('chunk', chunk);
      this.#services.hooks.tell('chunk', facts, chunk);
    });
  }

  sounded(atMs: number): void {
    this.handle.events.emit('sounded', atMs);
  }

  heard(heard: HeardReply): void {
    this.handle.events.emit('heard', heard);
  }

  failure(error: BridgeError, stage: Stage): void {
    this.#services.events.emit('error', error, stage);
    this.#services.hooks.tell('error', this.facts(), error);
  }

  /** No more of it is told but its end. */
  silence(): void {
    this.#notes.drop();
    this.#chunks.end();
  }

  end(end: TurnEnd, heard: HeardReply | undefined): void {
    const { hooks } = this.#services;
    if (end.outcome === 'completed') hooks.tell('finish', this.facts(), end);
    else if (end.outcome !== 'failed' && heard !== undefined) hooks.tell('interrupted', this.facts(), heard);
    this.handle.events.emit('ended', end);
    this.#ended.resolve(end);
  }
}
