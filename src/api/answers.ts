interface Answer {
  /** Of the frame that told it; 0: it is being worked on. */
  seq: number;
  /** What it told; undefined once the client said that it came. */
  body: { readonly type: 'result' | 'error'; readonly fields: Readonly<Record<string, unknown>> } | undefined;
}

export type KnownAnswer = 'new' | 'working' | 'forgotten' | Answer;

const MAX_ANSWERS = 512;

/** What was asked on one connection, so that a request that comes again is not done again. Numbers of requests rise. */
export class Answers {
  readonly #byId = new Map<number, Answer>();
  #forgottenUpTo = 0;
  #working = 0;

  /** Requests that are being worked on. */
  get working(): number {
    return this.#working;
  }

  /** What is known of a request. */
  find(id: number): KnownAnswer {
    const answer = this.#byId.get(id);
    if (answer === undefined) return id <= this.#forgottenUpTo ? 'forgotten' : 'new';
    return answer.seq === 0 ? 'working' : answer;
  }

  begin(id: number): void {
    this.#working++;
    this.#byId.set(id, { seq: 0, body: undefined });
    if (this.#byId.size <= MAX_ANSWERS) return;
    for (const [old, { seq }] of this.#byId) {
      if (seq === 0) continue;
      this.#byId.delete(old);
      this.#forgottenUpTo = Math.max(this.#forgottenUpTo, old);
      return;
    }
  }

  /** @param tell - sends it; gives its number. */
  answer(
    id: number,
    body: NonNullable<Answer['body']>,
    tell: (body: NonNullable<Answer['body']>) => number,
  ): void {
    const answer = this.#byId.get(id);
    if (answer === undefined) return;
    if (answer.seq === 0) this.#working--;
    answer.body = body;
    answer.seq = tell(body);
  }

  /** All frames up to this one came: those answers are not asked for any more. */
  acknowledge(seq: number): void {
    for (const answer of this.#byId.values()) {
      if (answer.seq > 0 && answer.seq <= seq) answer.body = undefined;
    }
  }
}
