import type { ChatMessage } from '../llm/index.js';

/** What every message costs besides its words: role and borders. */
const PER_MESSAGE = 4;
/** A picture of moderate size; vendors count 85 to some 1500. */
const PER_IMAGE = 800;
const MOST_CORRECTION = 4;
/** How much one report moves the correction: reports agree with each other closely. */
const WEIGHT = 0.5;

/** Letters of scripts that are written without spaces: about one token each. */
const DENSE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
/** English words are about four letters a token; code and other scripts less. */
const UNITS_PER_TOKEN = 3.5;

/** Estimates how many tokens messages are, and learns from what the model says they were. */
export class TokenEstimate {
  #factor = 1;

  of(message: ChatMessage): number {
    return Math.ceil(rawTokens(message) * this.#factor);
  }

  ofText(text: string): number {
    return Math.ceil(textTokens(text) * this.#factor);
  }

  /** @param extra - estimated tokens of what else was in the request (tools). */
  learn(messages: readonly ChatMessage[], reportedTokens: number, extra = 0): void {
    const estimated = messages.reduce((sum, message) => sum + rawTokens(message), 0) + extra;
    if (!Number.isFinite(reportedTokens) || reportedTokens <= 0 || estimated <= 0) return;
    const seen = reportedTokens / estimated;
    const bounded = Math.min(MOST_CORRECTION, Math.max(1 / MOST_CORRECTION, seen));
    this.#factor += WEIGHT * (bounded - this.#factor);
  }
}

/** Uncorrected. */
export function textTokens(text: string): number {
  const dense = text.match(DENSE)?.length ?? 0;
  return dense + (text.length - dense) / UNITS_PER_TOKEN;
}

function rawTokens(message: ChatMessage): number {
  switch (message.role) {
    case 'system':
      return PER_MESSAGE + textTokens(message.text);
    case 'user':
      return PER_MESSAGE + textTokens(message.text) + PER_IMAGE * (message.images?.length ?? 0);
    case 'assistant': {
      const calls = (message.calls ?? []).map((call) => call.name + call.argumentsJson);
      return PER_MESSAGE + textTokens(message.text) + textTokens(calls.join(' '));
    }
    case 'tool':
      return PER_MESSAGE + textTokens(message.result);
  }
}
