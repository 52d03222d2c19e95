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
