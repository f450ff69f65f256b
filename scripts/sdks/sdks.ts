import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "../command/python-program.ts";
import type { Command } from "../command/run-program.ts";

/** One of RongCloud's server SDKs: how it is installed into a folder, and the program that calls the API with it. */
export interface Sdk {
  readonly name: string;
  readonly version: string;
  /** What the machine needs in addition to Node and npm. */
  readonly needs: readonly string[];
  install(folder: string): readonly Command[];
  walk(folder: string): Command;
}

const walkOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const javaVersion = "3.3.1";
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>walk</groupId><artifactId>walk</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>cn.rongcloud.im</groupId><artifactId>server-sdk-java</artifactId><version>${javaVersion}</version>
  </dependency></dependencies>
</project>
`;

export const sdks: readonly Sdk[] = [
  {
    name: "Node `rongcloud-sdk`",
    version: "3.1.1",
    needs: [],
    install: (folder) => [
      ["npm", "install", "--silent", "--no-save", "--prefix", folder, "rongcloud-sdk@3.1.1"],
    ],
    walk: () => [process.execPath, walkOf("walk.mjs")],
  },
  {
    name: "Python `rongcloud`",
    version: "2.0.1",
    needs: ["python3"],
    install: (folder) => pythonEnvironment(folder, "setuptools", "rongcloud==2.0.1"),
    walk: (folder) => [join(folder, "bin/python"), walkOf("walk.py")],
  },
  {
    name: "Java `server-sdk-java`",
    version: javaVersion,
    needs: ["java", "mvn"],
    install: (folder) => {
      mkdirSync(folder, { recursive: true });
      if (!existsSync(join(folder, "pom.xml"))) writeFileSync(join(folder, "pom.xml"), pom);
      return [["mvn", "-q", "-f", folder, "dependency:copy-dependencies", "-DoutputDirectory=jars"]];
    },
    walk: (folder) => ["java", "-cp", join(folder, "jars/*"), walkOf("Walk.java")],
  },
];
