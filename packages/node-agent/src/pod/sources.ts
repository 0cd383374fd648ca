/**
 * Config maps and secrets as pods need them: fresh from the API, the last known while it is away.
 *
 * Kept in memory only. INVARIANT: a secret is never written to disk.
 */
import type { ConfigMap, Secret } from "@kubus/shared/api/core.ts";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Container, Pod } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { ContainerRefusal } from "../container/problem.ts";
import type { Api } from "../ports/api.ts";
import { wantedSources, type Wanted } from "./environment.ts";
import { namespaceOf } from "./plan.ts";

export interface Fetched {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

interface Shelf {
  readonly plural: "configmaps" | "secrets";
  /** What a container shows that waits for it while the API is away. */
  readonly uncached: "ConfigMapNotCached" | "SecretNotCached";
}

const shelves = {
  configMaps: { plural: "configmaps", uncached: "ConfigMapNotCached" },
  secrets: { plural: "secrets", uncached: "SecretNotCached" },
} as const satisfies Record<string, Shelf>;

export interface SourceCache {
  /** Rejects with a ContainerRefusal when something is missing that is not optional. */
  fetchFor(container: Container, pod: Pod): Promise<Fetched>;
  /** A pod that is gone needs nothing any more. */
  forget(podUid: string): void;
}

export function sourceCache(api: Pick<Api, "get">): SourceCache {
  const byPod = new Map<string, Map<string, KubeObject>>();

  const fetchOne = async <T extends KubeObject>(wanted: Wanted, { plural, uncached }: Shelf, pod: Pod) => {
    const path = `/api/v1/namespaces/${namespaceOf(pod)}/${plural}/${wanted.name}`;
    const cached = byPod.get(pod.metadata.uid) ?? new Map<string, KubeObject>();
    byPod.set(pod.metadata.uid, cached);
    try {
      const object = await api.get<T>(path);
      cached.set(path, object);
      return object;
    } catch (error) {
      if (isRefusal(error, "notFound")) {
        cached.delete(path);
        if (wanted.optional) return undefined;
        throw new ContainerRefusal(
          "CreateContainerConfigError",
          `${plural.slice(0, -1)} "${wanted.name}" not found`,
        );
      }
      const known = cached.get(path);
      if (known !== undefined) return known as T;
      const message = `${plural.slice(0, -1)} "${wanted.name}": ${error instanceof Error ? error.message : ""}`;
      throw new ContainerRefusal(uncached, message, { cause: error });
    }
  };
  const fetchAll = async <T extends KubeObject>(wanted: readonly Wanted[], shelf: Shelf, pod: Pod) => {
    // A name that is asked for twice is optional only when both agree.
    const names = new Map<string, Wanted>();
    for (const one of wanted) {
      names.set(one.name, { ...one, optional: one.optional && (names.get(one.name)?.optional ?? true) });
    }
    const found = await Promise.all(
      [...names.values()].map(async (one) => [one.name, await fetchOne<T>(one, shelf, pod)] as const),
    );
    return new Map(found.flatMap(([name, object]) => (object === undefined ? [] : [[name, object]])));
  };

  return {
    fetchFor: async (container, pod) => {
      const { configMaps, secrets } = wantedSources(container);
      return {
        configMaps: await fetchAll<ConfigMap>(configMaps, shelves.configMaps, pod),
        secrets: await fetchAll<Secret>(secrets, shelves.secrets, pod),
      };
    },
    forget: (podUid) => {
      byPod.delete(podUid);
    },
  };
}
