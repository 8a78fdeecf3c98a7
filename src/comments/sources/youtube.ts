import { sleep } from '../../runtime/index.js';
import {
  addressShape,
  type EngineFacts,
  type EngineRow,
  fieldsIn,
  finiteOf,
  isFields,
  keyHelp,
  keyShape,
  textOf,
  type Zod,
} from '../../vendor/index.js';
import { commentFrom } from '../comment.js';
import type { CommentSource, SourceListener } from '../source.js';
import { HopelessError, keepConnected, LaterError } from './keep-connected.js';
import { factsOf, type SourcePorts } from './source-ports.js';
import { YouTubeApi, YouTubeRefusal } from './youtube-api.js';
import { givenComment, removalOf } from './youtube-message.js';

export interface YouTubeOptions {
  readonly video: string;
  readonly apiKey: string | undefined;
  readonly pollMs: number;
  readonly baseUrl: string;
}

const KEY = { keyEnv: 'YOUTUBE_API_KEY', keyHosts: /^(www|youtube)\.googleapis\.com$/ } as const;

export const YOUTUBE_SOURCE = {
  description: 'The live chat of a stream of YouTube, with a key of its Data API',
  ...KEY,
  needsKey: true,
  schema: (zod: Zod) =>
    zod.strictObject({
      type: zod.string(),
      video: zod
        .string()
        .transform((text) => videoIn(text))
        .refine((id) => /^[\w-]{11}$/.test(id), {
          message: 'expected the id of the live video (11 letters), or its address',
        }),
      apiKey: keyShape(zod),
      pollMs: zod.number().int().min(1000).max(600_000).default(10_000),
      baseUrl: addressShape(zod, 'https://www.googleapis.com/youtube/v3'),
    }),
} as const satisfies EngineFacts & Pick<EngineRow, 'keyHosts'>;

/** A video that is not live yet is asked for again after so long; one unit of the quota each time. */
const NOT_LIVE_MS = 60_000;
/** The quota of a day is used up: it comes back at midnight in California. */
const QUOTA_MS = 1_800_000;
const MAX_POLL_MS = 600_000;

/**
 * The live chat of one video over the Data API, asked again and again: each question costs 5 of the 10 000 units that a key has in a day,
 * so `pollMs` of 10 s lasts five and a half hours. What was written before we came is not answered.
 *
 * @source developers.google.com/youtube/v3: videos.list liveStreamingDetails.activeLiveChatId; live: liveChatMessages.list, errors
 */
export function openYouTube(name: string, options: YouTubeOptions, ports: SourcePorts): CommentSource {
  const start = async (listener: SourceListener, signal: AbortSignal): Promise<void> => {
    const { clock, random } = ports;
    const chat = new YouTubeChat({ name, options, ports, listener, signal });
    await keepConnected({ clock, random, listener, signal }, (onReady) => chat.poll(onReady));
    chat.close();
  };
  return { name, type: 'youtube', start };
}

interface ChatFacts {
  readonly name: string;
  readonly options: YouTubeOptions;
  readonly ports: SourcePorts;
  readonly listener: SourceListener;
  readonly signal: AbortSignal;
}

/** Where in a chat we are: kept over outages, so that nothing of them is lost. */
class YouTubeChat {
  readonly #options: YouTubeOptions;
  readonly #ports: SourcePorts;
  readonly #listener: SourceListener;
  readonly #signal: AbortSignal;
  readonly #api: YouTubeApi;
  readonly #facts: ReturnType<typeof factsOf>;
  #chatId: string | undefined;
  #pageToken: string | undefined;

  constructor({ name, options, ports, listener, signal }: ChatFacts) {
    const { baseUrl, apiKey } = options;
    const { clock, fetch } = ports;
    this.#options = options;
    this.#ports = ports;
    this.#listener = listener;
    this.#signal = signal;
    this.#facts = factsOf(name, ports);
    this.#api = new YouTubeApi({ name, baseUrl, apiKey, keyHelp: keyHelp(KEY, baseUrl), clock, fetch });
  }

  /** Asks until something goes wrong. @throws {HopelessError | LaterError | Error} as `keepConnected` takes them. */
  async poll(onReady: () => void): Promise<void> {
    const { video, pollMs } = this.#options;
    try {
      const details = { part: 'liveStreamingDetails', id: video };
      this.#chatId ??= chatOf(await this.#api.get('videos', details, this.#signal));
      for (;;) {
        const page = await pageOf(this.#api, this.#chatId, this.#pageToken, this.#signal);
        onReady();
        // The first page is what was said before.
        if (this.#pageToken !== undefined) this.#tell(page);
        this.#pageToken = page.next ?? this.#pageToken;
        if (page.isOver) throw new HopelessError(OVER);
        const waitMs = Math.min(MAX_POLL_MS, Math.max(pollMs, page.waitMs));
        await sleep(this.#ports.clock, waitMs, this.#signal);
      }
    } catch (error) {
      if (error instanceof YouTubeRefusal && error.reason === 'pageTokenInvalid') this.#pageToken = undefined;
      throw meant(error);
    }
  }

  close(): void {
    this.#api.close();
  }

  #tell(page: Page): void {
    for (const item of page.items) {
      const removal = removalOf(item);
      if (removal !== undefined) this.#listener.onRemoved(removal);
      const given = givenComment(item);
      const comment = given === undefined ? undefined : commentFrom(given, this.#facts());
      if (comment !== undefined) this.#listener.onComment(comment);
    }
  }
}

const OVER = 'the live chat of this video is over: set the video of the next stream';

interface Page {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | undefined;
  readonly waitMs: number;
  readonly isOver: boolean;
}

/** @throws {HopelessError | LaterError} there is no such video, or it is not live. */
function chatOf(answer: unknown): string {
  const [video] = isFields(answer) ? fieldsIn(answer['items']) : [];
  if (video === undefined) throw new HopelessError('there is no such video, or it is private: check its id');
  const details = video['liveStreamingDetails'];
  const chat = isFields(details) ? textOf(details['activeLiveChatId']) : undefined;
  if (chat !== undefined) return chat;
  if (isFields(details) && textOf(details['actualEndTime']) !== undefined) throw new HopelessError(OVER);
  throw new LaterError('the video has no live chat now: it is not live yet, or its chat is off', NOT_LIVE_MS);
}

async function pageOf(
  api: YouTubeApi,
  liveChatId: string,
  pageToken: string | undefined,
  signal: AbortSignal,
): Promise<Page> {
  const query = { part: 'id,snippet,authorDetails', liveChatId, maxResults: '200' };
  const answer = await api.get(
    'liveChat/messages',
    { ...query, ...(pageToken === undefined ? {} : { pageToken }) },
    signal,
  );
  const fields = isFields(answer) ? answer : {};
  const items = fieldsIn(fields['items']);
  const hasEnded = items.some(({ snippet }) => isFields(snippet) && snippet['type'] === 'chatEndedEvent');
  return {
    items,
    next: textOf(fields['nextPageToken']),
    waitMs: finiteOf(fields['pollingIntervalMillis']) ?? 0,
    isOver: hasEnded || textOf(fields['offlineAt']) !== undefined,
  };
}

/** What to do about a refusal. @source developers.google.com/youtube/v3/live/docs/errors; the Data API's general errors */
function meant(error: unknown): unknown {
  if (!(error instanceof YouTubeRefusal)) return error;
  const { reason, status, message } = error;
  switch (reason) {
    case 'liveChatEnded':
    case 'liveChatNotFound':
      return new HopelessError(OVER);
    case 'liveChatDisabled':
      return new HopelessError('the live chat of this video is switched off');
    case 'quotaExceeded':
    case 'dailyLimitExceeded':
      return new LaterError(`the quota of the key is used up for today (raise pollMs): ${message}`, QUOTA_MS);
    case 'rateLimitExceeded':
    case 'userRateLimitExceeded':
    case 'pageTokenInvalid':
      return error;
    default:
      return status === 408 || status === 429 || status >= 500 ? error : new HopelessError(message);
  }
}

function videoIn(text: string): string {
  const id = /(?:[?&]v=|youtu\.be\/|\/live\/|\/embed\/|live_chat\?v=)([\w-]{11})(?![\w-])/.exec(text)?.[1];
  return id ?? text.trim();
}
