from upstash_redis import Redis

redis = Redis.from_env()

visits = redis.incr("visits")
redis.lpush("visit:log", f"visit {visits}")
redis.ltrim("visit:log", 0, 9)
redis.expire("visit:log", 3600)

print(f"{visits} visits, the last: {redis.lrange('visit:log', 0, 2)}")
