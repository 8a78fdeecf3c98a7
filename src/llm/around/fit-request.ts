import { wellFormed } from '../../runtime/index.js';
import type { ChatMessage, ChatModel, ChatRequest, ToolSpec } from '../chat-model.js';
import { wholeJson, wholeValue } from './whole-letters.js';

/** What goes back to the same model only: signatures and item ids mean nothing elsewhere, and are refused there. */
interface OwnedValue {
  readonly engine: string;
  readonly model: string;
  readonly value: unknown;
}

/** Marks what a model gave as its own, so that a conversation may change models. Serializable if `value` is. */
export function ownedValue(engine: string, model: string, value: unknown): OwnedValue {
  return { engine, model, value };
}

export type Unfit = 'images' | 'tools';

/** A model under the name by which it is chosen. */
export interface NamedModel {
  readonly name: string;
  readonly model: ChatModel;
}

/**
 * A request as one model can take it: images only for models that see, tools and their traces only for models that call them, `vendor`
 * values only for the model that gave them. Halves of letters, as a text has them that was cut through an emoji, become U+FFFD: a vendor
 * may refuse them, and with them every later request of a conversation that once held one.
 *
 * @param onUnfit - told of what was left out, at most once each.
 */
export function fitRequest(
  named: NamedModel,
  request: ChatRequest,
  onUnfit: (what: Unfit) => void,
): ChatRequest {
  const { model } = named;
  const hasTools = (request.tools?.length ?? 0) > 0;
  const messages = request.messages.flatMap((message) => fitMessage(named, message)).map(wholeLetters);
  if (!model.seesImages && request.messages.some(hasImages)) onUnfit('images');
  if (hasTools && !model.callsTools) onUnfit('tools');
  const { tools, toolChoice, ...rest } = request;
  if (tools === undefined || !hasTools || !model.callsTools) return { ...rest, messages };
  const told = tools.map((tool) => wholeValue(tool) as ToolSpec);
  return { ...rest, messages, tools: told, ...(toolChoice === undefined ? {} : { toolChoice }) };
}

/** What the model gave as its own, and pictures, stay as they are. */
function wholeLetters(message: ChatMessage): ChatMessage {
  switch (message.role) {
    case 'tool':
      return { ...message, result: wellFormed(message.result) };
    case 'assistant':
      return {
        ...message,
        text: wellFormed(message.text),
        ...(message.calls === undefined
          ? {}
          : {
              calls: message.calls.map((call) => ({ ...call, argumentsJson: wholeJson(call.argumentsJson) })),
            }),
      };
    default:
      return { ...message, text: wellFormed(message.text) };
  }
}

function hasImages(message: ChatMessage): boolean {
  return message.role === 'user' && (message.images?.length ?? 0) > 0;
}

function fitMessage(named: NamedModel, message: ChatMessage): readonly ChatMessage[] {
  switch (message.role) {
    case 'user':
      return [fitUser(named, message)];
    case 'assistant':
      return fitAssistant(named, message);
    case 'tool':
      return named.model.callsTools ? [message] : [];
    default:
      return [message];
  }
}

function fitUser(
  { model: { seesImages } }: NamedModel,
  message: Extract<ChatMessage, { role: 'user' }>,
): ChatMessage {
  const { images = [], ...rest } = message;
  if (images.length === 0) return rest;
  if (seesImages) return message;
  // A message of nothing at all is refused by several vendors.
  return { ...rest, text: rest.text === '' ? '(an image)' : rest.text };
}

function fitAssistant(
  named: NamedModel,
  { calls = [], vendor = [], text }: Extract<ChatMessage, { role: 'assistant' }>,
): readonly ChatMessage[] {
  const own = vendor.filter((value) => isOwn(named, value)).map(({ value }) => value);
  const kept = named.model.callsTools ? calls : [];
  // Nothing but a call to a tool, for a model that knows of none.
  if (text === '' && kept.length === 0 && calls.length > 0) return [];
  return [
    {
      role: 'assistant',
      text,
      ...(kept.length === 0 ? {} : { calls: kept }),
      ...(own.length === 0 ? {} : { vendor: own }),
    },
  ];
}

function isOwn({ name, model }: NamedModel, value: unknown): value is OwnedValue {
  if (typeof value !== 'object' || value === null) return false;
  const owned = value as Partial<OwnedValue>;
  return owned.engine === name && owned.model === model.model && 'value' in owned;
}
