import { isFields, parsed } from '../../../vendor/index.js';
import type { ChatRequest, ToolCall } from '../../chat-model.js';
import { argumentsOf, dataUrl, strictTurns, type Turn } from '../tidy-messages.js';
import type { GeminiOptions } from './gemini-options.js';
import { geminiSchema } from './gemini-schema.js';

type JsonBody = Readonly<Record<string, unknown>>;

/** Marks what goes back to this interface only. */
export const THOUGHT_SIGNATURE = 'gemini-signature';
/** Begins ids that the model did not give: they are not given back either. */
export const OWN_ID = 'own-';

/** A signature of thoughts and the part on which it stood. */
export interface SignatureValue {
  readonly kind: typeof THOUGHT_SIGNATURE;
  readonly signature: string;
  /** Number of the call on which it stood; undefined: on words. */
  readonly call: number | undefined;
  /** UTF-16 units of text up to and with the part. */
  readonly textBefore: number;
}

/**
 * What the interface takes for a signature where there is none, because another model made the call.
 *
 * @source ai.google.dev "Thought signatures", FAQ
 */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/**
 * A request to generateContent.
 *
 * @source js-genai 6e9b35c types.ts (Content, Part, FunctionDeclaration, GenerateContentConfig); ai.google.dev "Thought signatures"
 */
export function geminiBody(request: ChatRequest, options: GeminiOptions): JsonBody {
  const { system, turns } = strictTurns(request.messages);
  const tools = options.tools ? (request.tools ?? []) : [];
  return {
    ...(system === '' ? {} : { systemInstruction: { parts: [{ text: system }] } }),
    contents: contentsOf(turns, options),
    generationConfig: configOf(request, options),
    ...(tools.length === 0
      ? {}
      : {
          tools: [
            {
              functionDeclarations: tools.map(({ name, description, parameters }) => {
                const made = geminiSchema(parameters);
                return { name, description, ...(made === undefined ? {} : { parameters: made }) };
              }),
            },
          ],
          ...choiceOf(request.toolChoice),
        }),
    ...options.extraBody,
  };
}

function configOf(request: ChatRequest, options: GeminiOptions): JsonBody {
  const temperature = request.temperature ?? options.temperature;
  const maxOutputTokens = request.maxTokens ?? options.maxTokens;
  const { thinkingLevel, thinkingBudget } = options;
  const thinking = {
    ...(thinkingLevel === undefined ? {} : { thinkingLevel }),
    ...(thinkingBudget === undefined ? {} : { thinkingBudget }),
  };
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(Object.keys(thinking).length === 0 ? {} : { thinkingConfig: thinking }),
  };
}

function choiceOf(choice: ChatRequest['toolChoice']): JsonBody {
  if (choice === undefined || choice === 'auto') return {};
  return { toolConfig: { functionCallingConfig: { mode: choice === 'required' ? 'ANY' : 'NONE' } } };
}

function contentsOf(turns: readonly Turn[], options: GeminiOptions): readonly JsonBody[] {
  const contents: { role: string; parts: JsonBody[] }[] = [];
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'model' : 'user';
    const parts = partsOf(turn, options);
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts: [...parts] });
  }
  return contents;
}

function partsOf(turn: Turn, { vision, model }: GeminiOptions): readonly JsonBody[] {
  switch (turn.role) {
    case 'tool':
      return [{ functionResponse: { ...idOf(turn.callId), name: turn.name, response: responseOf(turn) } }];
    case 'user':
      return [
        ...(vision ? (turn.images ?? []).map(imagePart) : []),
        ...(turn.text === '' ? [] : [{ text: turn.text }]),
      ];
    case 'assistant':
      return assistantParts(turn, model);
  }
}

function idOf(id: string): JsonBody {
  return id.startsWith(OWN_ID) ? {} : { id };
}

function responseOf({ result, isError }: Extract<Turn, { role: 'tool' }>): JsonBody {
  return { [isError === true ? 'error' : 'output']: parsed(result) ?? result };
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
};

function imagePart(url: string): JsonBody {
  const data = dataUrl(url);
  if (data !== undefined) return { inlineData: { mimeType: data.mediaType, data: data.base64 } };
  const ending = /\.([a-z0-9]+)(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return { fileData: { fileUri: url, mimeType: MIME_TYPES[ending] ?? 'image/jpeg' } };
}

/** Signatures go back on the parts on which they stood; those of words that were cut off are left out with them. */
function assistantParts(
  { text, calls = [], vendor = [] }: Extract<Turn, { role: 'assistant' }>,
  model: string,
): readonly JsonBody[] {
  const signatures = vendor.flatMap(signatureValue);
  const parts: JsonBody[] = [];
  let at = 0;
  for (const { signature, call, textBefore } of signatures) {
    if (call !== undefined || textBefore > text.length) continue;
    parts.push({ text: text.slice(at, textBefore), thoughtSignature: signature });
    at = Math.max(at, textBefore);
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return [...parts, ...calls.map((call, index) => callPart(call, index, { signatures, model }))];
}

function callPart(
  { id, name, argumentsJson }: ToolCall,
  index: number,
  { signatures, model }: { readonly signatures: readonly SignatureValue[]; readonly model: string },
): JsonBody {
  const own = signatures.find(({ call }) => call === index)?.signature;
  // Of several calls at once only the first is signed. Models before the third do not ask for it.
  const isForeign = index === 0 && !signatures.some(({ call }) => call !== undefined);
  const signature = own ?? (isForeign && !/gemini-[12](\.|-)/.test(model) ? NO_SIGNATURE : undefined);
  return {
    functionCall: { ...idOf(id), name, args: argumentsOf(argumentsJson) },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  };
}

function signatureValue(value: unknown): readonly SignatureValue[] {
  return isFields(value) &&
    value['kind'] === THOUGHT_SIGNATURE &&
    typeof value['signature'] === 'string' &&
    typeof value['textBefore'] === 'number'
    ? [value as unknown as SignatureValue]
    : [];
}
