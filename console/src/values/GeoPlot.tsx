/** The first members of a sorted set that GEOADD has filled, as a plot without a map, beside a table of them. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { explain, theSession } from "../app/session.ts";
import type { Asker } from "../client/asker.ts";
import { toBytes } from "../client/bytes.ts";
import type { ByteString } from "../client/bytes.ts";
import { itemsOf, numberOf, stringOf } from "../client/reply.ts";
import { TEXTS } from "../texts.ts";
import { Empty, Problem } from "../ui/controls.tsx";
import { Bytes } from "./Bytes.tsx";
import { groupsOf } from "./field-deadlines.ts";
import { boundsOf, linesBetween, Projection } from "./geo.ts";
import type { GeoPoint } from "./geo.ts";
import { Table } from "./Table.tsx";
import { nameOf } from "./visible.ts";

/** Members that are plotted. */
const POINTS_MAX = 1000;

const WIDTH = 800;
const HEIGHT = 480;

async function readPoints(client: Pick<Asker, "send">, key: ByteString): Promise<GeoPoint[]> {
  const members = itemsOf(await client.send(["ZRANGE", key, "0", `${POINTS_MAX - 1}`])).map(stringOf);
  const points: GeoPoint[] = [];
  for (const group of groupsOf(members)) {
    const places = itemsOf(await client.send(["GEOPOS", key, ...group]));
    places.forEach((place, i) => {
      const [lon, lat] = itemsOf(place);
      if (lon !== undefined) points.push({ name: group[i]!, lon: numberOf(lon), lat: numberOf(lat!) });
    });
  }
  return points;
}

export function GeoPlot({ keyName, version }: { readonly keyName: ByteString; readonly version: number }) {
  const { client } = theSession();
  const [points, setPoints] = useState<readonly GeoPoint[]>();
  const [problem, setProblem] = useState<string>();
  const [selected, setSelected] = useState<number>();
  useEffect(() => {
    readPoints(client, keyName).then(setPoints, (error: unknown) => setProblem(explain(error)));
  }, [client, keyName, version]);
  if (problem !== undefined) return <Problem text={problem} />;
  if (points === undefined) return <Empty>{TEXTS.app.loading}</Empty>;
  const row = (index: number) => {
    const point = points[index]!;
    return {
      cells: [<Bytes bytes={toBytes(point.name)} />, degrees(point.lon), degrees(point.lat)],
      open: () => setSelected(index),
    };
  };
  const chosen = selected === undefined ? undefined : points[selected];
  return (
    <div class="geo">
      <Plot points={points} selected={selected} onSelect={setSelected} />
      <p class="hint geo-said" role="status">
        {chosen === undefined
          ? TEXTS.values.geoCount(points.length)
          : TEXTS.values.geoPoint(nameOf(chosen.name), degrees(chosen.lon), degrees(chosen.lat))}
      </p>
      <Table
        label={TEXTS.values.membersTitle}
        kind="geo"
        titles={[TEXTS.values.member, TEXTS.values.longitude, TEXTS.values.latitude]}
        count={points.length}
        row={row}
        shown={selected}
      />
    </div>
  );
}

const degrees = (value: number): string => value.toFixed(5);

interface PlotProps {
  readonly points: readonly GeoPoint[];
  readonly selected: number | undefined;
  readonly onSelect: (index: number) => void;
}

function Plot({ points, selected, onSelect }: PlotProps) {
  const bounds = useMemo(() => boundsOf(points), [points]);
  const projection = useMemo(() => new Projection(bounds, WIDTH, HEIGHT), [bounds]);
  const { west, east, south, north } = bounds;
  const chosen = selected === undefined ? undefined : points[selected];
  return (
    <svg
      class="geo-plot"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={TEXTS.values.geoPlot(points.length)}
    >
      {linesBetween(west, east).map((lon) => (
        <g key={`x${lon}`}>
          <line x1={projection.x(lon)} x2={projection.x(lon)} y1={projection.y(north)} y2={projection.y(south)} />
          <text x={projection.x(lon) + 3} y={projection.y(south) - 4}>
            {`${lon}°`}
          </text>
        </g>
      ))}
      {linesBetween(south, north).map((lat) => (
        <g key={`y${lat}`}>
          <line x1={projection.x(west)} x2={projection.x(east)} y1={projection.y(lat)} y2={projection.y(lat)} />
          <text x={projection.x(west) + 3} y={projection.y(lat) - 4}>
            {`${lat}°`}
          </text>
        </g>
      ))}
      {points.map(({ name, lon, lat }, i) => (
        <circle
          key={name}
          cx={projection.x(lon)}
          cy={projection.y(lat)}
          r={5}
          onPointerEnter={() => onSelect(i)}
          onClick={() => onSelect(i)}
        />
      ))}
      {chosen !== undefined && (
        <circle class="geo-chosen" cx={projection.x(chosen.lon)} cy={projection.y(chosen.lat)} r={9} />
      )}
    </svg>
  );
}
