import type { ChatMessage } from '../llm/index.js';
import { searchTerms } from './search-terms.js';
import type { Tool, TurnMetadata } from './tool.js';

/** What a model calls to be offered dynamic tools. The name is AIAvatarKit's, which prompts may mention. */
export const EXTERNAL_TOOL = 'execute_external_tool';

/**
 * Decides which dynamic tools fit now: a search in an index of thousands, for example. Given names of tools that the box has; others are
 * ignored. `messages` end with the model's call of `execute_external_tool` and its result.
 */
export type GetDynamicTools = (
  messages: readonly ChatMessage[],
  metadata: TurnMetadata,
  signal: AbortSignal,
) => readonly { readonly name: string }[] | Promise<readonly { readonly name: string }[]>;

/** So many dynamic tools are offered at once; when there are no more, all of them. */
const MAX_OFFERED = 8;
/** Of each tool in the list that the prompt gets. */
const LISTED_CHARS = 160;
const LIST_CHARS = 6000;
/** User messages that say what it is about. */
const RECENT_MESSAGES = 2;
const MAX_QUERY_CHARS = 2000;

/** What is told of the trigger while there are dynamic tools. */
export function externalToolInstruction(tools: readonly Tool[]): string {
  const lines: string[] = [];
  let leftChars = LIST_CHARS;
  for (const { name, description } of tools) {
    const line = `- ${name}: ${description.replace(/\s+/g, ' ').slice(0, LISTED_CHARS)}`;
    leftChars -= line.length + 1;
    if (leftChars < 0) break;
    lines.push(line);
  }
  const rest = tools.length - lines.length;
  return [
    '## External tools',
    `When a request needs one of these tools, call ${EXTERNAL_TOOL} first and say what is needed; then the tools that fit can be called.`,
    'Take arguments only from what the user said or what follows from the conversation; if something is missing, ask for it.',
    ...lines,
    ...(rest > 0 ? [`- … and ${rest} more: say what is needed, and they are searched.`] : []),
  ].join('\n');
}

/** The trigger as a tool. What it asks for is offered in the next request, since `offered` finds its call in the messages. */
export function externalTool(): Tool {
  return {
    name: EXTERNAL_TOOL,
    description:
      'Makes external tools available that are not listed as functions yet. Call it when the request needs one of them.',
    parameters: {
      type: 'object',
      properties: {
        request: { type: 'string', description: 'What is needed, with the name of the tool if it is known.' },
      },
    },
    run: () =>
      'The external tools that fit can be called as functions now. If there are none, say so to the user.',
  };
}

/** What the model asked for in this turn; undefined: nothing. */
export function externalRequest(messages: readonly ChatMessage[]): string | undefined {
  const requests: string[] = [];
  for (const message of messages.slice(turnStart(messages) + 1)) {
    if (message.role !== 'assistant') continue;
    for (const call of message.calls ?? []) {
      if (call.name === EXTERNAL_TOOL) requests.push(requestIn(call.argumentsJson));
    }
  }
  return requests.length === 0 ? undefined : requests.join('\n');
}

/** What the search is for: the model's words and the user's last ones. */
export function retrievalQuery(messages: readonly ChatMessage[], request: string): string {
  const words = messages.filter(({ role }) => role === 'user').slice(-RECENT_MESSAGES);
  const texts = words.map((message) => (message.role === 'user' ? message.text : ''));
  return [request, ...texts.reverse()].join('\n').slice(0, MAX_QUERY_CHARS);
}

/** The tools that fit best by the words of their name, description and instruction; all of them when they are few. */
export async function retrieveTools(tools: readonly Tool[], query: string): Promise<readonly Tool[]> {
  if (tools.length <= MAX_OFFERED) return tools;
  const { default: MiniSearch } = await import('minisearch');
  const index = new MiniSearch<{ id: number; name: string; description: string; instruction: string }>({
    fields: ['name', 'description', 'instruction'],
    tokenize: searchTerms,
    // Done by `searchTerms`.
    processTerm: (term) => term,
    searchOptions: {
      boost: { name: 3, description: 2 },
      prefix: (term) => term.length > 3,
      combineWith: 'OR',
    },
  });
  index.addAll(
    tools.map(({ name, description, instruction = '' }, id) => ({ id, name, description, instruction })),
  );
  const found = index.search(query).slice(0, MAX_OFFERED);
  return found.map(({ id }) => tools[Number(id)]).filter((tool) => tool !== undefined);
}

/** Where the turn begins. Pictures right behind a tool's result are no turn: the tool gave them. */
function turnStart(messages: readonly ChatMessage[]): number {
  return messages.findLastIndex((message, index) => {
    if (message.role !== 'user') return false;
    const hasImages = (message.images ?? []).length > 0;
    return !hasImages || messages[index - 1]?.role !== 'tool';
  });
}

function requestIn(json: string): string {
  try {
    const { request } = JSON.parse(json) as { readonly request?: unknown };
    return typeof request === 'string' ? request : '';
  } catch {
    // The call gets an error as its result; what it wanted is in the user's words.
    return '';
  }
}
