import type { ToolCall } from '../chat-model.js';
import { sumIn } from './arithmetic.js';
import { callFor } from './call-tool.js';
import { type Conversation, nameToldIn } from './conversation.js';
import type { Say } from './dress.js';
import type { Phrases } from './phrases.js';
import { PHRASES_EN } from './phrases-en.js';
import { PHRASES_JA } from './phrases-ja.js';
import { spokenResult } from './spoken-result.js';
import { toCount, topicOf, toRepeat, wishes } from './topics.js';

export interface Moment {
  /** Of the wall, milliseconds since 1970. */
  readonly nowMs: number;
  readonly timeZone?: string | undefined;
}

export interface OfflineReply {
  readonly says: readonly Say[];
  readonly call?: ToolCall;
}

const PHRASES: Readonly<Record<Conversation['language'], Phrases>> = { en: PHRASES_EN, ja: PHRASES_JA };
/** What stands for words that nobody understands: see `VoiceOnlyRecognizer`. */
const VOICE_ONLY = /[(（](?:a voice: |声：)([\d.]+)(?: seconds\)|秒）)$/;
/** What is said back of long words. */
const MAX_REFLECTED = 80;

/** The reply of the offline model: what was asked, and in the first one what it is. */
export function replyTo(conversation: Conversation, moment: Moment): OfflineReply {
  const phrases = PHRASES[conversation.language];
  const { toolResult, look } = conversation;
  if (look !== undefined) return { says: look === 'seen' ? phrases.image : phrases.noPicture };
  if (toolResult !== undefined) {
    const { name, text, isError } = toolResult;
    return { says: isError ? phrases.toolFailed(name) : phrases.toolResult(name, spokenResult(text)) };
  }
  const call = callFor(conversation);
  if (call !== undefined) return { says: phrases.tool(call.name), call };
  const says = answerTo(conversation, phrases, moment);
  return { says: conversation.isIntroduced ? says : introduced(says, phrases) };
}

/** A greeting, or the first sentence of an answer, goes before what it is: nobody waits for the answer. */
function introduced(says: readonly Say[], phrases: Phrases): readonly Say[] {
  return says.length > 4 ? [...phrases.introduction, ...says] : [...says, ...phrases.introduction];
}

function answerTo(conversation: Conversation, phrases: Phrases, moment: Moment): readonly Say[] {
  const { words, before, hasImage } = conversation;
  if (hasImage) return phrases.image;
  if (words === '') return phrases.silence;
  return (
    askedOf(conversation, phrases, moment) ??
    phrases.reflections[before.length % phrases.reflections.length]?.(shortened(words)) ??
    phrases.silence
  );
}

function askedOf(conversation: Conversation, phrases: Phrases, moment: Moment): readonly Say[] | undefined {
  const { words, userName } = conversation;
  const voiceS = VOICE_ONLY.exec(words)?.[1];
  if (voiceS !== undefined) return phrases.voiceOnly(voiceS);
  const wants = (wish: Parameters<typeof wishes>[0]): boolean => wishes(wish, words);
  const repeat = toRepeat(words);
  if (repeat !== undefined) return phrases.repeated(repeat);
  const upTo = toCount(words);
  if (upTo !== undefined) return phrases.counting(numbersTo(upTo));
  const sum = sumIn(words);
  if (sum !== undefined) return 'fault' in sum ? phrases.noSum : phrases.sum(String(sum.value));
  const told = nameToldIn(words);
  if (told !== undefined) return phrases.named(told);
  if (wants('askedName')) return userName === undefined ? phrases.noName : phrases.yourName(userName);
  if (wants('story')) return storyFor(conversation, phrases);
  if (wants('date')) return phrases.date(dateText(conversation, moment));
  if (wants('time')) return phrases.time(timeText(conversation, moment));
  if (wants('look')) return conversation.system.includes('vision:camera') ? phrases.look : phrases.blind;
  const topic = topicOf(words);
  if (topic !== undefined) return phrases.topics[topic];
  return wants('greeting') ? phrases.greeting(hourOf(moment), userName) : undefined;
}

function storyFor({ before }: Conversation, { stories }: Phrases): readonly Say[] | undefined {
  const told = before.filter((words) => wishes('story', words)).length;
  return stories[told % stories.length];
}

function numbersTo(upTo: number): readonly string[] {
  return Array.from({ length: upTo }, (_, at) => String(at + 1));
}

function shortened(words: string): string {
  const bare = words.replace(/[。.!！?？]+$/u, '');
  const letters = [...bare];
  return letters.length > MAX_REFLECTED ? `${letters.slice(0, MAX_REFLECTED).join('')}…` : bare;
}

function timeText({ language }: Conversation, moment: Moment): string {
  return formatted(language, moment, { hour: 'numeric', minute: '2-digit' });
}

function dateText({ language }: Conversation, moment: Moment): string {
  return formatted(language, moment, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'long' });
}

function formatted(language: string, { nowMs, timeZone }: Moment, form: Intl.DateTimeFormatOptions): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const locale = language === 'ja' ? 'ja-JP' : 'en-US';
  // Newer versions of Node put a narrow blank before PM, which voices stumble over.
  return new Intl.DateTimeFormat(locale, { ...form, ...zone }).format(nowMs).replace(/\u202f/g, ' ');
}

function hourOf({ nowMs, timeZone }: Moment): number {
  const zone = timeZone === undefined ? {} : { timeZone };
  const parts = new Intl.DateTimeFormat('en-US', { hour: 'numeric', hourCycle: 'h23', ...zone });
  return Number(parts.format(nowMs));
}
