import { choice, optionalText, section, text } from './setting.js';
import { isAnyLines, isAnyText } from './value-forms.js';

/** What says which engines think, several divided by commas: `auto`, or names. */
const ENGINE_NAMES = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(,[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,7}$/;

/** Settings of the conversation, part of the table. The rooms that use a section check what stands in it. */
export const CONVERSATION_SETTINGS = {
  llmEngine: text({
    flag: 'llm',
    env: 'BRIDGE_LLM',
    describe:
      'Language model that thinks, by name; several divided by commas: the next takes over when one fails. auto: the first that is set up or has a key, else the built-in demonstration',
    expects: 'auto, or names of language models divided by commas',
    accepts: (value) => ENGINE_NAMES.test(value),
    default: 'auto',
  }),
  llmModel: optionalText({
    flag: 'llm-model',
    env: 'BRIDGE_LLM_MODEL',
    describe: "The vendor's name of the model, when another than the engine's is meant",
    expects: 'the name of a model',
    accepts: isAnyText,
  }),
  systemPrompt: optionalText({
    flag: 'system-prompt',
    env: 'BRIDGE_SYSTEM_PROMPT',
    describe: 'Who the avatar is and how it speaks, for the language model; {name} stands for a parameter',
    expects: 'a text',
    accepts: isAnyLines,
  }),
  systemPromptFile: optionalText({
    flag: 'system-prompt-file',
    env: 'BRIDGE_SYSTEM_PROMPT_FILE',
    describe: 'The same, in a file',
    expects: 'a path',
    accepts: isAnyText,
    isPath: true,
  }),
  topology: choice({
    flag: 'topology',
    env: 'BRIDGE_TOPOLOGY',
    describe:
      "How replies are heard: stream (our sound through MMDAgent-EX), local (our sound here, only lips sent), peer (MMDAgent-EX's own voice), text (shown only); auto: what fits engine, lips and link",
    choices: ['auto', 'stream', 'local', 'peer', 'text'],
    default: 'auto',
  }),
  llmEngines: section({
    flag: undefined,
    env: 'BRIDGE_LLM_ENGINES',
    describe: 'Language models by name, each with its type and options',
    expects: 'names of language models with their options (in the environment as JSON)',
  }),
  conversation: section({
    flag: undefined,
    env: 'BRIDGE_CONVERSATION',
    describe: 'How a conversation goes: turn taking, interruption, limits of the history, wake words',
    expects: 'options of the conversation (in the environment as JSON)',
  }),
  expression: section({
    flag: undefined,
    env: 'BRIDGE_EXPRESSION',
    describe: 'What emotions, control tags and phases do: messages for MMDAgent-EX, VRChat, captions',
    expects: 'options of expression (in the environment as JSON)',
  }),
  tools: section({
    flag: undefined,
    env: 'BRIDGE_TOOLS',
    describe: 'What the language model may use: MCP servers, memory, pictures, guards',
    expects: 'options of tools (in the environment as JSON)',
  }),
  keep: section({
    flag: undefined,
    env: 'BRIDGE_KEEP',
    describe: 'What is kept of conversations, where and how long',
    expects: 'options of keeping (in the environment as JSON)',
  }),
} as const;
