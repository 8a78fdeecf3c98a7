import type { TimedPhoneme } from '../../../src/lipsync/index.js';
import type { ClientPiece, ClientPlayer, ClientPosition, ClientTake } from '../../../src/reply/index.js';

interface Played {
  readonly samples: Int16Array;
  /** When its first sample is heard. */
  readonly atMs: number;
  /** Of the reply. */
  readonly fromMs: number;
  /** Silenced then. */
  untilMs: number;
}

export type PlayerCall =
  | ({ readonly call: 'begin'; readonly atMs: number } & ClientTake)
  | { readonly call: 'sound'; readonly atMs: number; readonly fromMs: number; readonly ms: number }
  | { readonly call: 'lips'; readonly atMs: number; readonly phonemes: readonly TimedPhoneme[] }
  | ({ readonly call: 'piece'; readonly atMs: number } & ClientPiece)
  | ({ readonly call: 'pieceAgain'; readonly atMs: number } & ClientPiece)
  | { readonly call: 'given'; readonly atMs: number }
  | { readonly call: 'cut'; readonly atMs: number };

/** A client that plays what it is given some time later, writes down what it is told, and minds the order that was promised. */
export class ScriptedPlayer implements ClientPlayer {
  readonly calls: PlayerCall[] = [];
  /** What was promised and did not hold. */
  readonly broken: string[] = [];
  /** What it tells of itself. */
  says: () => ClientPosition | undefined = () => undefined;
  latencyMs: number;
  readonly #clock: { nowMs(): number };
  readonly #rateHz: number;
  readonly #played: Played[] = [];
  #isOpen = false;
  #nextMs = 0;
  #reply = 0;

  constructor(clock: { nowMs(): number }, rateHz = 16_000, latencyMs = 40) {
    this.#clock = clock;
    this.#rateHz = rateHz;
    this.latencyMs = latencyMs;
  }

  begin(take: ClientTake): void {
    this.#calls({ call: 'begin', ...take });
    if (this.#isOpen) this.broken.push('begin in a take');
    if (take.reply !== this.#reply && take.fromMs !== 0) this.broken.push('a reply begins in its middle');
    if (take.isAgain !== (take.reply === this.#reply)) this.broken.push('again of what is new, or not');
    if (take.reply < this.#reply) this.broken.push('a reply comes again');
    this.#reply = take.reply;
    this.#isOpen = true;
    this.#nextMs = take.fromMs;
  }

  sound(pcm: Uint8Array, fromMs: number): void {
    const samples = new Int16Array(pcm.slice().buffer);
    const ms = (samples.length * 1000) / this.#rateHz;
    this.#calls({ call: 'sound', fromMs, ms });
    this.#inTake('sound');
    if (Math.abs(fromMs - this.#nextMs) > 0.001)
      this.broken.push(`sound from ${fromMs}, not ${this.#nextMs}`);
    if (ms === 0 || ms > 100.001) this.broken.push(`sound of ${ms} ms`);
    this.#nextMs = fromMs + ms;
    const last = this.#played.at(-1);
    const freeMs = last === undefined ? 0 : Math.min(last.untilMs, this.#endMs(last));
    const atMs = Math.max(freeMs, this.#clock.nowMs() + this.latencyMs);
    this.#played.push({ samples, atMs, fromMs, untilMs: Number.POSITIVE_INFINITY });
  }

  lips(phonemes: readonly TimedPhoneme[]): void {
    this.#calls({ call: 'lips', phonemes });
    this.#inTake('lips');
  }

  piece(piece: ClientPiece): void {
    this.#piece('piece', piece);
    const firsts = this.pieces('piece').filter(({ reply }) => reply === this.#reply).length - 1;
    if (piece.index !== firsts) this.broken.push(`piece ${piece.index} as number ${firsts}`);
  }

  pieceAgain(piece: ClientPiece): void {
    this.#piece('pieceAgain', piece);
  }

  given(): void {
    this.#calls({ call: 'given' });
    this.#inTake('given');
    this.#isOpen = false;
  }

  cut(): void {
    this.#calls({ call: 'cut' });
    if (!this.#isOpen && this.calls.at(-2)?.call !== 'given') this.broken.push('cut of nothing');
    this.#isOpen = false;
    for (const one of this.#played) one.untilMs = Math.min(one.untilMs, this.#clock.nowMs());
  }

  position(): ClientPosition | undefined {
    return this.says();
  }

  /** Samples that were heard by now, in order. */
  *heard(): Generator<number> {
    for (const one of this.#played) yield* one.samples.subarray(0, this.#heardOf(one));
  }

  /** What a client would tell of what it plays now. */
  truth(): ClientPosition | undefined {
    const nowMs = this.#clock.nowMs();
    const begun = this.#played.findLast(({ atMs, untilMs }) => atMs <= nowMs && atMs < untilMs);
    if (begun === undefined) return undefined;
    const heardMs = begun.fromMs + (this.#heardOf(begun) * 1000) / this.#rateHz;
    return { heardMs, atMs: nowMs };
  }

  silentSinceMs(): number {
    const last = this.#played.findLast((one) => this.#heardOf(one) > 0);
    return last === undefined ? Number.NaN : Math.min(last.untilMs, this.#endMs(last));
  }

  of<C extends PlayerCall['call']>(call: C): Extract<PlayerCall, { call: C }>[] {
    return this.calls.filter((one): one is Extract<PlayerCall, { call: C }> => one.call === call);
  }

  /** Pieces with the number of their reply. */
  pieces(call: 'piece' | 'pieceAgain'): (ClientPiece & { readonly reply: number; readonly atMs: number })[] {
    let reply = 0;
    return this.calls.flatMap((one) => {
      if (one.call === 'begin') reply = one.reply;
      return one.call === call ? [{ ...one, reply }] : [];
    });
  }

  #piece(call: 'piece' | 'pieceAgain', piece: ClientPiece): void {
    const { index, text, language, startMs, endMs, isBroken } = piece;
    const pcm = piece.pcm;
    this.#calls({ call, index, text, language, startMs, endMs, isBroken, pcm });
    this.#inTake(call);
    const ms = (pcm.byteLength * 500) / this.#rateHz;
    if (Math.abs(ms - (endMs - startMs)) > 0.07)
      this.broken.push(`piece of ${endMs - startMs} ms holds ${ms}`);
    if (endMs > this.#nextMs + 0.07) this.broken.push(`piece to ${endMs} before its sound: ${this.#nextMs}`);
  }

  #calls(call: DistributiveOmit<PlayerCall, 'atMs'>): void {
    this.calls.push({ ...call, atMs: this.#clock.nowMs() } as PlayerCall);
  }

  #inTake(call: string): void {
    if (!this.#isOpen) this.broken.push(`${call} outside a take`);
  }

  #endMs({ samples, atMs }: Played): number {
    return atMs + (samples.length * 1000) / this.#rateHz;
  }

  #heardOf({ samples, atMs, untilMs }: Played): number {
    const ms = Math.min(this.#clock.nowMs(), untilMs) - atMs;
    return Math.max(0, Math.min(samples.length, Math.round((ms * this.#rateHz) / 1000)));
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
