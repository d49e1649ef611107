import { programCheck } from "./program-check.ts";

/** A compiler or another tool that builds programs. */
export const compiler = programCheck({
  text: {
    id: "SW-IM-009",
    aliases: ["CIS-DI-0003", "CIS-Docker-4.3"],
    title: "Compiler or build tool in the image",
    severity: "medium",
    why: "An intruder builds with it what does not get in otherwise, and compilers with their headers are among the largest parts of an image, and those with the most findings.",
    remedy: "Build in a stage of its own and copy only the result into the last one.",
    example: {
      before: "FROM golang:1.25\nCOPY . /src\nRUN go build -o /app /src",
      after:
        "FROM golang:1.25 AS build\nCOPY . /src\nRUN go build -o /app /src\nFROM scratch\nCOPY --from=build /app /app",
    },
    links: ["https://docs.docker.com/build/building/multi-stage/"],
  },
  families: {
    build:
      "ant as autoconf automake bazel c++ c89 c99 cc clang clang++ cmake cpp fpc g++ gcc gccgo gfortran ghc gmake go gradle javac ld ld.bfd ld.gold ld.lld lld make meson mvn nasm ninja ocamlc rustc swiftc tcc yasm zig",
  },
  message: () => "compilers and build tools can be run",
  scripts: true,
});
