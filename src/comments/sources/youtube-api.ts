import { BridgeError, type Clock, ProviderError } from '../../runtime/index.js';
import {
  type EngineFace,
  type FaultFamily,
  fieldsIn,
  isFields,
  joinUrl,
  parsed,
  placeOf,
  requireKey,
  textOf,
  VendorClient,
} from '../../vendor/index.js';

const FAMILY: FaultFamily = {
  codes: {
    key: 'BRIDGE_ERR_COMMENTS',
    unreachable: 'BRIDGE_ERR_COMMENTS',
    absent: 'BRIDGE_ERR_COMMENTS',
    refused: 'BRIDGE_ERR_COMMENTS',
    busy: 'BRIDGE_ERR_COMMENTS',
    failed: 'BRIDGE_ERR_COMMENTS',
    stalled: 'BRIDGE_ERR_COMMENTS',
    truncated: 'BRIDGE_ERR_COMMENTS',
  },
  absentHelp: 'check video and baseUrl',
  refusedHelp: 'check apiKey and video',
  tooMuchHelp: 'check baseUrl',
};

const WAIT_MS = 15_000;
/** A page has 200 messages of a few kilobytes at most. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 16_384;

/** An answer that is no success, with Google's word for why. */
export class YouTubeRefusal extends BridgeError {
  readonly status: number;
  /** Such as `quotaExceeded`; undefined where there is none. */
  readonly reason: string | undefined;

  constructor(fault: ProviderError, status: number, reason: string | undefined) {
    super(fault.code, fault.message, { retryable: fault.retryable, cause: fault });
    this.status = status;
    this.reason = reason;
  }
}

export interface YouTubeApiOptions {
  /** Of the source in the settings, for messages. */
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Where the key comes from, for messages. */
  readonly keyHelp: string;
  readonly clock: Clock;
  readonly fetch: typeof globalThis.fetch | undefined;
}

/** Questions to YouTube's Data API. The key goes into a header, where no log of addresses has it. */
export class YouTubeApi {
  readonly #options: YouTubeApiOptions;
  readonly #face: EngineFace;
  readonly #client: VendorClient;

  constructor(options: YouTubeApiOptions) {
    const { name, baseUrl, apiKey, clock, fetch } = options;
    const reachHelp = 'check the connection of this machine';
    this.#options = options;
    this.#face = { family: FAMILY, name, place: placeOf(baseUrl), keyHelp: options.keyHelp, reachHelp };
    this.#client = new VendorClient(
      {
        face: this.#face,
        firstByteMs: WAIT_MS,
        idleMs: WAIT_MS,
        secrets: apiKey === undefined ? [] : [apiKey],
      },
      { clock, fetch },
    );
  }

  /**
   * @returns the answer's JSON.
   * @throws {YouTubeRefusal} it was refused; {ProviderError} it did not come; the reason of the signal.
   */
  async get(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
    const { baseUrl, apiKey } = this.#options;
    const url = joinUrl(baseUrl, path, query);
    const headers = { accept: 'application/json', 'x-goog-api-key': requireKey(this.#face, apiKey) };
    let reason: string | undefined;
    try {
      const exchange = await this.#client.openWith({ signal }, async (stop) => {
        const response = await this.#client.send({ url, headers }, stop);
        if (response.ok) return response;
        const body = await beginning(response);
        reason = reasonIn(body);
        return new Response(body, { status: response.status, headers: response.headers });
      });
      return await exchange.json(MAX_PAGE_BYTES);
    } catch (error) {
      if (error instanceof ProviderError && error.status !== undefined)
        throw new YouTubeRefusal(error, error.status, reason);
      throw error;
    }
  }

  /** Ends what is under way; idempotent. */
  close(): void {
    this.#client.close();
  }
}

/** As much of a refusal as its explanation needs. */
async function beginning(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    text += decoder.decode(read.value, { stream: true });
    if (text.length >= MAX_REFUSAL_BYTES) {
      await reader?.cancel();
      break;
    }
  }
  return text;
}

/** `error.errors[0].reason`. @source developers.google.com/youtube/v3/docs/errors */
function reasonIn(body: string): string | undefined {
  const answer = parsed(body);
  const error = isFields(answer) ? answer['error'] : undefined;
  const [first] = isFields(error) ? fieldsIn(error['errors']) : [];
  const reason = textOf(first?.['reason']);
  return reason !== undefined && /^\w{1,60}$/.test(reason) ? reason : undefined;
}
