import type { JsonObject } from '../json/json-value.ts';
import type { CacheMark } from './content-part.ts';
import type { Rest } from './rest.ts';

export interface FunctionTool {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema as it came; absent: takes no arguments. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
  /** Unknown fields of this tool, for the same dialect only. */
  readonly rest?: Rest;
}

/** A tool that the provider runs itself (web search, code execution, MCP). */
export interface ServerTool {
  readonly type: 'server';
  readonly name: string;
  readonly dialect: string;
  readonly raw: JsonObject;
  /** What it asks for, where several providers run such a tool: enough to ask another for it. */
  readonly shared?: SharedTool;
  /** What `raw` says besides, for the same dialect only: hints, or there would be no `shared`. */
  readonly rest?: Rest;
}

export type SharedTool = WebSearch | CodeExecution | McpServer;
export type SharedToolKind = SharedTool['kind'];

export interface WebSearch {
  readonly kind: 'web-search';
  readonly allowedDomains?: readonly string[];
  readonly blockedDomains?: readonly string[];
  readonly maxUses?: number;
  /** `low`, `medium` or `high`: how much of what was found the model reads. */
  readonly contextSize?: string;
  /** About where the user is. */
  readonly place?: SearchPlace;
}

export interface SearchPlace {
  readonly city?: string;
  readonly country?: string;
  readonly region?: string;
  readonly timezone?: string;
}

/** Code that the model writes, run in a sandbox that the provider begins for it. */
export interface CodeExecution {
  readonly kind: 'code-execution';
}

/** A server of the Model Context Protocol: the provider asks it for its tools, and calls them. */
export interface McpServer {
  readonly kind: 'mcp';
  /** What calls of its tools name it by. */
  readonly label: string;
  readonly url: string;
  readonly serverDescription?: string;
  /** An access token that is sent to the server: a secret, as its headers may be. */
  readonly authorization?: string;
  readonly headers?: { readonly [name: string]: string };
  /** Absent: every tool that it lists. */
  readonly allowedTools?: readonly string[];
  readonly deniedTools?: readonly string[];
  /** Whether the client approves of calls before they are made; absent: it is not asked. */
  readonly asksFirst?: boolean;
}

export type Tool = FunctionTool | ServerTool;

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'required' }
  | { readonly type: 'one'; readonly name: string }
  | {
      readonly type: 'allowed';
      readonly mode: 'auto' | 'required';
      readonly names: readonly string[];
    };
