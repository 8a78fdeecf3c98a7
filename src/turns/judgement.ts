/**
 * Whether the words so far are a whole turn. `unfinished`: they plainly go on (a filler, a particle, a conjunction at the end); wait.
 * `finished`: a question, a request, a full sentence; answer soon. `open`: nothing tells.
 */
export interface EndJudgement {
  readonly state: 'finished' | 'open' | 'unfinished';
  /** The word or rule that decided, for traces. */
  readonly why: string;
}

/**
 * What is said while the avatar speaks. `stop`: a hard word ("待って", "stop") that always interrupts; `backchannel`: listening noises
 * ("うん", "uh-huh") that never do; `nothing`: no words; `words`: anything else.
 */
export type Interjection = 'stop' | 'backchannel' | 'nothing' | 'words';
