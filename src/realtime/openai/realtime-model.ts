import { randomUUID } from 'node:crypto';
import { LLM_FAMILY, REALTIME_FACTS, REALTIME_TYPE } from '../../llm/index.js';
import { InvalidStateError } from '../../runtime/index.js';
import { type EngineFace, keyHelp, placeOf, type VendorPorts } from '../../vendor/index.js';
import type { RealtimeModel, RealtimeSession, RealtimeSessionOptions } from '../realtime.js';
import { type RealtimeSettled, takesHints } from '../session-settings.js';
import { OpenAiRealtimeSession } from './session.js';

/**
 * The OpenAI Realtime API and servers that speak its protocol, by WebSocket.
 *
 * @source openai-node 7b7d6ca (types and addresses); openai-agents-js 6d0c61a (order of events). Sessions end after 60 minutes
 *   (pipecat#3170, reachy_mini_conversation_app#134); nothing here was ever run against the vendor.
 */
export class OpenAiRealtimeModel implements RealtimeModel {
  readonly name: string;
  readonly type = REALTIME_TYPE;
  readonly model: string;
  readonly hearsTurns: boolean;
  readonly takesTemperature: boolean;
  readonly takesHints: boolean;
  readonly #options: RealtimeSettled;
  readonly #ports: VendorPorts;
  readonly #sessions = new Set<RealtimeSession>();
  #isClosed = false;

  constructor(name: string, options: RealtimeSettled, ports: VendorPorts) {
    this.name = name;
    this.model = options.model;
    this.hearsTurns = options.turnDetection !== 'none';
    this.takesTemperature = options.dialect === 'beta';
    this.takesHints = takesHints(options);
    this.#options = options;
    this.#ports = ports;
  }

  async connect(options: RealtimeSessionOptions): Promise<RealtimeSession> {
    if (this.#isClosed) throw new InvalidStateError('The speech-to-speech model is closed');
    const session = new OpenAiRealtimeSession(options, {
      face: faceOf(this.name, this.#options),
      options: this.#options,
      ports: this.#ports,
      newId: this.#ports.newId ?? (() => randomUUID().replaceAll('-', '')),
      onClose: (closed) => this.#sessions.delete(closed),
    });
    this.#sessions.add(session);
    try {
      await session.open();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }
}

function faceOf(name: string, options: RealtimeSettled): EngineFace {
  const facts = { keyEnv: REALTIME_FACTS.keyEnv, keyHosts: REALTIME_FACTS.keyHosts };
  return {
    family: LLM_FAMILY,
    name,
    place: placeOf(options.baseUrl),
    keyHelp: keyHelp(facts, options.baseUrl),
    reachHelp: 'check baseUrl and the network',
  };
}
