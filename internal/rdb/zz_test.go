package rdb
import ("testing";"context";"sync/atomic";"updatecenter/internal/redistest";"strings"
"updatecenter/internal/nanp";"updatecenter/pins";"time";"fmt")
func TestZZ(t *testing.T){
 db,_ := Open(redistest.Start(t).DirectURL())
 var ids atomic.Int64
 n:=0
 b := testing.Benchmark(func(b *testing.B){ n=0; takeTurns(b, db.Calls(), &ids, func() bool {n++; return n<10000})})
 _ = b
 i,_ := db.client.Info(context.Background(),"commandstats").Result()
 for _, l := range strings.Split(i,"\n") { if strings.Contains(l,"eval") || strings.Contains(l,"_h") { t.Log(l) } }
 db.client.ConfigResetStat(context.Background())
 part := make([]pins.NewLine, 100000)
 for i := range part { part[i] = pins.NewLine{Number: nanp.Number(fmt.Sprintf("+1612%07d", i)), Language: "es"} }
 s := time.Now()
 db.Lines().Add(context.Background(), part, s)
 t.Log(time.Since(s))
 i,_ = db.client.Info(context.Background(),"commandstats").Result()
 for _, l := range strings.Split(i,"\n") { if strings.Contains(l,"eval") || strings.Contains(l,"_h") { t.Log(l) } }
 i,_ = db.client.Info(context.Background(),"memory").Result()
 t.Log(i[:60])
}
