import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { needs } from "./needs.ts";
import { scratch } from "./scratch.ts";

/** What BuildKit's own parser says of a Dockerfile. */
export interface BuildKitAnswer {
  /** Of the parser of lines; empty: none. */
  readonly Error: string;
  /** Of the parser of instructions; empty: none. */
  readonly StageError: string;
  readonly Escape: string;
  readonly Nodes: readonly BuildKitNode[] | null;
  readonly Stages:
    | readonly { readonly Name: string; readonly Base: string; readonly Commands: number }[]
    | null;
}

interface BuildKitNode {
  readonly Keyword: string;
  readonly Start: number;
  readonly End: number;
  readonly Flags: readonly string[] | null;
  readonly Words: readonly string[] | null;
  readonly Json: boolean;
  readonly Heredocs:
    | readonly {
        readonly Name: string;
        readonly Content: string;
        readonly Expand: boolean;
        readonly Chomp: boolean;
      }[]
    | null;
}

const version = "v0.26.3";

const program = `package main

import (
	"bytes"
	"encoding/json"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type heredoc struct {
	Name, Content string
	Expand, Chomp bool
}

type node struct {
	Keyword    string
	Start, End int
	Flags      []string
	Words      []string
	Json       bool
	Heredocs   []heredoc
}

type stage struct {
	Name, Base string
	Commands   int
}

type answer struct {
	Error, StageError, Escape string
	Nodes                     []node
	Stages                    []stage
}

func main() {
	var files []string
	if err := json.NewDecoder(os.Stdin).Decode(&files); err != nil {
		panic(err)
	}
	answers := []answer{}
	for _, file := range files {
		answers = append(answers, read(file))
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}

func read(file string) (a answer) {
	result, err := parser.Parse(bytes.NewReader([]byte(file)))
	if err != nil {
		a.Error = err.Error()
		return
	}
	a.Escape = string(result.EscapeToken)
	for _, child := range result.AST.Children {
		n := node{Keyword: child.Value, Start: child.StartLine, End: child.EndLine, Flags: child.Flags, Json: child.Attributes["json"]}
		for word := child.Next; word != nil; word = word.Next {
			n.Words = append(n.Words, word.Value)
		}
		for _, h := range child.Heredocs {
			n.Heredocs = append(n.Heredocs, heredoc{h.Name, h.Content, h.Expand, h.Chomp})
		}
		a.Nodes = append(a.Nodes, n)
	}
	stages, _, err := instructions.Parse(result.AST, linter.New(&linter.Config{}))
	if err != nil {
		a.StageError = err.Error()
		return
	}
	for _, s := range stages {
		a.Stages = append(a.Stages, stage{s.Name, s.BaseName, len(s.Commands)})
	}
	return
}
`;

/** False when BuildKit's parser can be built here, else why not. */
export const needsBuildKit = needs("go");

/** BuildKit's parser. */
export interface BuildKit {
  ask(files: readonly string[]): readonly BuildKitAnswer[];
  /** The Dockerfiles that its own tests read. */
  readonly samples: readonly string[];
}

/** Builds BuildKit's parser from the Go module proxy. */
export function buildKit(): BuildKit {
  const directory = scratch("buildkit");
  const go = (...args: readonly string[]) =>
    execFileSync("go", args, { cwd: directory, env: { ...process.env, GOFLAGS: "-mod=mod" }, stdio: "pipe" });
  writeFileSync(join(directory, "go.mod"), "module oracle\n\ngo 1.24\n");
  writeFileSync(join(directory, "main.go"), program);
  go("get", `github.com/moby/buildkit@${version}`);
  go("build", "-o", "oracle", ".");
  const module = execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit"], {
    cwd: directory,
    env: { ...process.env, GOFLAGS: "-mod=mod" },
    encoding: "utf8",
  }).trim();
  return {
    ask: (files) =>
      JSON.parse(
        execFileSync(join(directory, "oracle"), {
          input: JSON.stringify(files),
          encoding: "utf8",
          maxBuffer: 1 << 28,
        }),
      ),
    samples: readdirSync(join(module, "frontend", "dockerfile", "parser"), {
      recursive: true,
      encoding: "utf8",
    })
      .filter((path) => path.endsWith("/Dockerfile"))
      .map((path) => readFileSync(join(module, "frontend", "dockerfile", "parser", path), "utf8")),
  };
}
