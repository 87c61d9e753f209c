/**
 * The operations of Podman's own API, behind /libpod (containers/podman, pkg/api/server): the
 * method, the path and the name of each.
 * - In the path, * is a name, and ** a name that may hold slashes.
 * - In Podman's definition, names end in "Libpod". Here they stand without that end, and are
 *   Docker's names where Docker has the like.
 */
const TABLE = `
  GET    info                         SystemInfo
  GET    version                      SystemVersion
  GET    events                       SystemEvents
  GET    system/df                    SystemDataUsage
  POST   system/prune                 SystemPrune
  POST   system/check                 SystemCheck
  POST   build                        ImageBuild
  POST   commit                       ImageCommit
  POST   play/kube                    PlayKube
  POST   kube/play                    PlayKube
  DELETE play/kube                    PlayKubeDown
  DELETE kube/play                    PlayKubeDown
  POST   kube/apply                   KubeApply
  GET    generate/kube                GenerateKube
  GET    kube/generate                GenerateKube
  GET    generate/*/systemd           GenerateSystemd
  GET    containers/json              ContainerList
  GET    containers/stats             ContainersStatsAll
  GET    containers/showmounted       ContainerShowMounted
  POST   containers/create            ContainerCreate
  POST   containers/prune             ContainerPrune
  GET    containers/*/json            ContainerInspect
  GET    containers/*/exists          ContainerExists
  GET    containers/*/top             ContainerTop
  GET    containers/*/logs            ContainerLogs
  GET    containers/*/changes         ContainerChanges
  GET    containers/*/export          ContainerExport
  GET    containers/*/stats           ContainerStats
  GET    containers/*/healthcheck     ContainerHealthcheck
  GET    containers/*/archive         ContainerArchive
  PUT    containers/*/archive         PutContainerArchive
  POST   containers/*/copy            ContainerCopy
  POST   containers/*/attach          ContainerAttach
  POST   containers/*/exec            ContainerExec
  POST   containers/*/init            ContainerInit
  POST   containers/*/start           ContainerStart
  POST   containers/*/stop            ContainerStop
  POST   containers/*/restart         ContainerRestart
  POST   containers/*/kill            ContainerKill
  POST   containers/*/pause           ContainerPause
  POST   containers/*/unpause         ContainerUnpause
  POST   containers/*/wait            ContainerWait
  POST   containers/*/rename          ContainerRename
  POST   containers/*/resize          ContainerResize
  POST   containers/*/update          ContainerUpdate
  POST   containers/*/mount           ContainerMount
  POST   containers/*/unmount         ContainerUnmount
  POST   containers/*/checkpoint      ContainerCheckpoint
  POST   containers/*/restore         ContainerRestore
  DELETE containers/*                 ContainerDelete
  POST   exec/*/start                 ExecStart
  POST   exec/*/resize                ExecResize
  GET    exec/*/json                  ExecInspect
  GET    images/json                  ImageList
  GET    images/search                ImageSearch
  GET    images/export                ImageExport
  POST   images/pull                  ImagePull
  POST   images/load                  ImageLoad
  POST   images/import                ImageImport
  POST   images/prune                 ImagePrune
  DELETE images/remove                ImageDeleteAll
  POST   images/scp/**                ImageScp
  GET    images/**/json               ImageInspect
  GET    images/**/exists             ImageExists
  GET    images/**/history            ImageHistory
  GET    images/**/tree               ImageTree
  GET    images/**/changes            ImageChanges
  GET    images/**/resolve            ImageResolve
  GET    images/**/get                ImageGet
  POST   images/**/push               ImagePush
  POST   images/**/tag                ImageTag
  POST   images/**/untag              ImageUntag
  DELETE images/**                    ImageDelete
  POST   manifests/create             ManifestCreate
  GET    manifests/**/json            ManifestInspect
  GET    manifests/**/exists          ManifestExists
  POST   manifests/**/add             ManifestAdd
  POST   manifests/**/registry/**     ManifestPush
  POST   manifests/**/push            ManifestPushV3
  POST   manifests/**                 ManifestCreate
  PUT    manifests/**                 ManifestModify
  DELETE manifests/**                 ManifestDelete
  GET    networks/json                NetworkList
  POST   networks/create              NetworkCreate
  POST   networks/prune               NetworkPrune
  GET    networks/*/json              NetworkInspect
  GET    networks/*/exists            NetworkExists
  POST   networks/*/connect           NetworkConnect
  POST   networks/*/disconnect        NetworkDisconnect
  POST   networks/*/update            NetworkUpdate
  DELETE networks/*                   NetworkDelete
  GET    pods/json                    PodList
  GET    pods/stats                   PodStatsAll
  POST   pods/create                  PodCreate
  POST   pods/prune                   PodPrune
  GET    pods/*/json                  PodInspect
  GET    pods/*/exists                PodExists
  GET    pods/*/top                   PodTop
  POST   pods/*/start                 PodStart
  POST   pods/*/stop                  PodStop
  POST   pods/*/restart               PodRestart
  POST   pods/*/kill                  PodKill
  POST   pods/*/pause                 PodPause
  POST   pods/*/unpause               PodUnpause
  DELETE pods/*                       PodDelete
  GET    secrets/json                 SecretList
  POST   secrets/create               SecretCreate
  GET    secrets/*/json               SecretInspect
  GET    secrets/*/exists             SecretExists
  DELETE secrets/*                    SecretDelete
  GET    volumes/json                 VolumeList
  POST   volumes/create               VolumeCreate
  POST   volumes/prune                VolumePrune
  GET    volumes/*/json               VolumeInspect
  GET    volumes/*/exists             VolumeExists
  GET    volumes/*/export             VolumeExport
  POST   volumes/*/import             VolumeImport
  DELETE volumes/*                    VolumeDelete
  GET    artifacts/json               ArtifactList
  POST   artifacts/pull               ArtifactPull
  POST   artifacts/add                ArtifactAdd
  DELETE artifacts/remove             ArtifactDeleteAll
  GET    artifacts/**/json            ArtifactInspect
  GET    artifacts/**/extract         ArtifactExtract
  POST   artifacts/**/push            ArtifactPush
  DELETE artifacts/**                 ArtifactDelete
  GET    quadlets/json                QuadletList
  GET    quadlets/*/file              QuadletFile
`;

const OPERATIONS = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [method = '', path = '', name = ''] = line.trim().split(/ +/);
    const pattern = path.replaceAll('**', '(.+)').replaceAll(/\*/g, '([^/]+)');
    return { method, path: new RegExp(`^${pattern}$`), name };
  });

/**
 * The operation with its name as in TABLE, and the name in the path. `path` is what stands behind
 * /libpod/. undefined: dbg knows no such operation.
 */
export function libpodOperation(method: string, path: string): { name: string; ref: string | undefined } | undefined {
  for (const each of OPERATIONS) {
    const match = each.method === method ? each.path.exec(path) : null;
    if (match) return { name: each.name, ref: match[1] };
  }
  return undefined;
}
