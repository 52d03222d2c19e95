import type { ContentPart } from '../chat/content-part.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { Tool, ToolChoice } from '../chat/tool.ts';
import type { NameLimits } from './name-limits.ts';

export interface RenamedTools {
  readonly request: ChatRequest;
  /** The client's own names, by those that the provider is told. */
  readonly owns: ReadonlyMap<string, string>;
}

/**
 * Tools under names that the target takes, wherever they are named. A new name is made of the old one
 * alone, so that a conversation keeps it whatever tools come and go: what a provider signed or cached
 * stays valid. `taken`: what the provider's own tools are called in this request.
 */
export function renameTools(
  request: ChatRequest,
  limits: NameLimits,
  taken: ReadonlySet<string> = new Set(),
): RenamedTools {
  const owns = new Map<string, string>();
  const nameOf = (name: string): string => {
    const fitting = fit(name, limits, taken);
    if (fitting !== name) owns.set(fitting, name);
    return fitting;
  };
  const { tools, toolChoice, messages } = request;
  const renamed: ChatRequest = {
    ...request,
    messages: messages.map((message) => ({
      ...message,
      content: message.content.map((part) => renamePart(part, nameOf)),
    })),
    ...(tools === undefined ? {} : { tools: tools.map((tool) => renameTool(tool, nameOf)) }),
    ...(toolChoice === undefined ? {} : { toolChoice: renameChoice(toolChoice, tools, nameOf) }),
  };
  return { request: owns.size === 0 ? request : renamed, owns };
}

type NameOf = (name: string) => string;

function renamePart<T extends ContentPart>(part: T, nameOf: NameOf): T {
  if (part.type === 'tool-call') return { ...part, name: nameOf(part.name) };
  if (part.type !== 'tool-result' || part.name === undefined) return part;
  return { ...part, name: nameOf(part.name) };
}

const renameTool = (tool: Tool, nameOf: NameOf): Tool =>
  tool.type === 'function' ? { ...tool, name: nameOf(tool.name) } : tool;

/** The provider's own tools keep their names. */
function renameChoice(choice: ToolChoice, tools: readonly Tool[] = [], nameOf: NameOf): ToolChoice {
  const own = new Set(tools.flatMap(({ type, name }) => (type === 'server' ? [name] : [])));
  const renamed = (name: string): string => (own.has(name) ? name : nameOf(name));
  if (choice.type === 'one') return { ...choice, name: renamed(choice.name) };
  return choice.type === 'allowed' ? { ...choice, names: choice.names.map(renamed) } : choice;
}

function fit(name: string, { refused, most }: NameLimits, taken: ReadonlySet<string>): string {
  const plain = name.replace(refused, '_');
  if (plain === name && name.length <= most && !taken.has(name)) return name;
  const mark = `_${hashOf(name)}`;
  return `${plain.slice(0, most - mark.length)}${mark}`;
}

/** FNV-1a of 32 bits: tells names apart that are alike once they fit. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash.toString(16).padStart(8, '0');
}
